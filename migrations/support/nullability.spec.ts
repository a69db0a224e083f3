import { withNullability as inMysql } from './mysql-nullability';
import { withNullability as inSqlite } from './sqlite-nullability';

describe('the nullability of one column', () => {
  it.each([
    ['`p` varchar(255) NOT NULL', '`p` varchar(255) NULL', '`p` varchar(255) DEFAULT NULL'],
    ["`p` varchar(9) NOT NULL DEFAULT ''", "`p` varchar(9) NULL DEFAULT ''", "`p` varchar(9) DEFAULT ''"],
    [
      "`p` char(9) COLLATE latin1_bin NOT NULL COMMENT 'it''s NOT NULL, DEFAULT NULL'",
      "`p` char(9) COLLATE latin1_bin NULL COMMENT 'it''s NOT NULL, DEFAULT NULL'",
      "`p` char(9) COLLATE latin1_bin DEFAULT NULL COMMENT 'it''s NOT NULL, DEFAULT NULL'",
    ],
    ['`p` text NOT NULL', '`p` text NULL', '`p` text'],
    [
      '`p` varchar(9) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL',
      '`p` varchar(9) CHARACTER SET latin1 COLLATE latin1_bin NULL',
      '`p` varchar(9) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT NULL',
    ],
    [
      '`p` varchar(9) NOT NULL CHECK (`p` is not null)',
      '`p` varchar(9) NULL CHECK (`p` is not null)',
      '`p` varchar(9) DEFAULT NULL CHECK (`p` is not null)',
    ],
    [
      '`p` varchar(9) NOT NULL /*!80023 INVISIBLE */',
      '`p` varchar(9) NULL /*!80023 INVISIBLE */',
      '`p` varchar(9) DEFAULT NULL /*!80023 INVISIBLE */',
    ],
  ])('MySQL: %s', (legacy, asked, shown) => {
    expect(inMysql(legacy, true)).toBe(asked);
    expect(inMysql(shown, false)).toBe(legacy);
    expect(inMysql(asked, false)).toBe(legacy);
    expect([inMysql(legacy, false), inMysql(shown, true)]).toEqual([legacy, shown]);
  });

  it.each([
    'CREATE TABLE users (id INTEGER, p TEXT NOT NULL)',
    "CREATE TABLE users (p TEXT not  null DEFAULT 'NOT NULL', q TEXT NOT NULL, CHECK (p IS NOT NULL))",
    'CREATE TABLE "users" (q TEXT NOT NULL, -- p TEXT NOT NULL\n "p" TEXT CONSTRAINT c NOT /* a, b */ NULL, UNIQUE (q, p))',
    'CREATE TABLE `users`([q] DECIMAL(9, 2) NOT NULL,[P] TEXT CHECK (p NOT NULL) NOT NULL) STRICT',
  ])('SQLite: %s', (legacy) => {
    const relaxed = inSqlite(legacy, 'p', true);
    expect(relaxed).toMatch(/\/\*not\*\//i);
    expect(relaxed).toHaveLength(legacy.length + '/**/'.length);
    expect(inSqlite(relaxed, 'p', false)).toBe(legacy);
    expect([inSqlite(legacy, 'p', false), inSqlite(relaxed, 'p', true)]).toEqual([legacy, relaxed]);
  });

  it('is written behind the definition where nobody hid it', () => {
    expect(inSqlite('CREATE TABLE t (p TEXT /* x */, q)', 'p', false)).toBe(
      'CREATE TABLE t (p TEXT NOT NULL /* x */, q)',
    );
  });

  it('is refused for a column that is not there', () => {
    expect(() => inSqlite('CREATE TABLE t (q TEXT)', 'p', true)).toThrow('no column p');
  });
});
