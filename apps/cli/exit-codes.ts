/** What scripts may rely on (design section 9; usage and configuration after sysexits.h). */
export const EXIT = { done: 0, failed: 1, refused: 2, usage: 64, configuration: 78 } as const;
