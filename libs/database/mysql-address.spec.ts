import { ConfigurationError } from '@cutover/config';
import { mysqlAddressOf } from './mysql-address';

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
      ssl: { rejectUnauthorized: true },
    });
    expect(mysqlAddressOf('mysql://app@db/people?ssl=false').ssl).toBeUndefined();
  });

  it.each(['sslmode=require', 'ssl=require', 'ssl-ca=/tmp/ca.pem', 'ssl=true&rejectUnauthorized=false'])(
    'with %s is refused rather than used without it',
    (parameters) => {
      expect(() => mysqlAddressOf(`mysql://app:secret@db/people?${parameters}`)).toThrow(ConfigurationError);
    },
  );
});
