/** Object ids that can be told apart at a glance. */
export const objectId = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

export interface ExportedUser {
  id: string;
  userPrincipalName: string;
  mail?: string | null;
  displayName?: string | null;
  accountEnabled?: boolean;
  userType?: string | null;
}

export const exported = (number: number, userPrincipalName: string, rest: Partial<ExportedUser> = {}) => ({
  id: objectId(number),
  userPrincipalName,
  mail: null,
  displayName: null,
  accountEnabled: true,
  userType: 'Member',
  ...rest,
});

const COLUMNS = ['userPrincipalName', 'displayName', 'mail', 'id', 'userType', 'accountEnabled'] as const;

/** As the admin centre writes it. */
export function csvOf(users: ExportedUser[], { delimiter = ',', newline = '\r\n' } = {}): string {
  const rows = users.map((user) =>
    COLUMNS.map((column) => {
      const value = user[column];
      return value === true ? 'True' : value === false ? 'False' : (value ?? '');
    }),
  );
  return [[...COLUMNS], ...rows]
    .map((row) => row.map((value) => quoted(value)).join(delimiter) + newline)
    .join('');
}

const quoted = (value: string) => (/[",;\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
