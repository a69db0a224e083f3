import { type Answer, Client } from './client';

const HANDS_OUT_TOKENS = ['/api/auth/login', '/api/auth/refresh'];

/** Keeps what it was answered, but for the answers that are meant to hold a token. */
export class ListeningClient extends Client {
  constructor(
    url: () => string,
    private readonly heard: (text: string) => void,
  ) {
    super(url);
  }

  override async call(method: string, path: string, ...options: [object?]): Promise<Answer> {
    const answer = await super.call(method, path, ...options);
    if (answer.status >= 400 || !HANDS_OUT_TOKENS.includes(path)) this.heard(answer.text);
    return answer;
  }
}
