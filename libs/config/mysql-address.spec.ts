import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { mysqlAddressOf, MysqlUrlRefused } from './mysql-address';

describe('a mysql:// URL', () => {
  it('says where the database is and who asks', () => {
    expect(mysqlAddressOf('mysql://app:p%40ss%2F@db.example.org/people')).toEqual({
      host: 'db.example.org',
      port: 3306,
      username: 'app',
      password: 'p@ss/',
      database: 'people',
    });
  });

  it('asks for TLS with a verified certificate', () => {
    expect(mysqlAddressOf('mysql://app@db:3307/people?ssl=true')).toMatchObject({
      port: 3307,
      ssl: { rejectUnauthorized: true, verifyIdentity: true },
    });
    expect(mysqlAddressOf('mysql://app@db/people?ssl=false').ssl).toBeUndefined();
  });

  it('may name an address of IPv6, and a host of this machine, where a tunnel begins and no name is checked', () => {
    expect(mysqlAddressOf('mysql://app:secret@[::1]:3307/people')).toMatchObject({ host: '::1', port: 3307 });
    expect(mysqlAddressOf('mysql://app@127.0.0.1/people?ssl=true').ssl).toEqual({
      rejectUnauthorized: true,
      verifyIdentity: false,
    });
  });

  it('takes the authority from a file of certificates', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cutover-authority-'));
    try {
      const { cert, private: key } = await generate([{ name: 'commonName', value: 'db' }]);
      writeFileSync(join(folder, 'ca.pem'), cert);
      writeFileSync(join(folder, 'ca.key'), key);
      const url = `mysql://app@db/people?ssl=true&ssl-ca=${folder}`;
      expect(mysqlAddressOf(`${url}/ca.pem`).ssl?.ca).toBe(cert);
      expect(() => mysqlAddressOf(`${url}/ca.key`)).toThrow('holds no certificate');
      expect(() => mysqlAddressOf(`${url}/none.pem`)).toThrow('cannot be read (ENOENT)');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    ['a parameter of another client', 'db/people?sslmode=require'],
    ['TLS that is half on', 'db/people?ssl=require'],
    ['an authority without TLS', 'db/people?ssl-ca=/tmp/ca.pem'],
    ['a way to switch verification off', 'db/people?ssl=true&rejectUnauthorized=false'],
    ['TLS on and off', 'db/people?ssl=true&ssl=false'],
    ['TLS to an address, which certificates do not name', '192.0.2.7/people?ssl=true'],
    ['no database', 'db/'],
    ['two databases', 'db/people/more'],
    ['a fragment', 'db/people#ssl=true'],
    ['a line end', 'db/people\n'],
  ])('with %s is refused rather than used without it', (_what, rest) => {
    expect(() => mysqlAddressOf(`mysql://app:hunter2@${rest}`)).toThrow(MysqlUrlRefused);
    expect(() => mysqlAddressOf(`mysql://app:hunter2@${rest}`)).not.toThrow(/hunter2|192/);
  });

  it.each(['hunter%2', 'hunter2%', 'hunter#2', 'hunter/2', 'hunter?2'])(
    'with the password %s as it is says how to write it, and not what it is',
    (password) => {
      const read = () => mysqlAddressOf(`mysql://app:${password}@db/people`);
      expect(read).toThrow(/%25/);
      expect(read).not.toThrow(/hunter/);
    },
  );
});
