/** Handed to the sign-in page by the navigation itself: it stands neither in the URL nor in the history. */
export class PasswordChanged {
  constructor(readonly username: string) {}
}
