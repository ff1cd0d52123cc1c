import { describe, expect, it } from 'vitest';
import { found } from '../found.ts';

const random = (length: number): string => 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7'.repeat(10).slice(0, length);
const pem = `-----BEGIN RSA PRIVATE KEY-----\n${`${random(64)}\n`.repeat(12)}-----END RSA PRIVATE KEY-----`;

describe('secrets', () => {
  it.each([
    ['AWS_ACCESS_KEY', 'AKIAIOSFODNN7EXAMPLE'],
    ['API_KEY', `ghp_${random(36)}`],
    ['API_KEY', `github_pat_${random(40)}`],
    ['API_KEY', `glpat-${random(20)}`],
    ['API_KEY', `xoxb-123456789012-${random(24)}`],
    ['API_KEY', `sk_live_${random(24)}`],
    ['API_KEY', `sk-proj-${random(48)}`],
    ['API_KEY', `sk-ant-api03-${random(80)}`],
    ['API_KEY', `AIza${random(35)}`],
    ['API_KEY', `npm_${random(36)}`],
    ['JWT', `eyJ${random(20)}.eyJ${random(30)}.${random(40)}`],
    ['PRIVATE_KEY', pem],
  ])('%s by its beginning', (type, value) => {
    expect(found(`see "${value}" here`)).toEqual([`${type} ${value}`]);
  });

  it.each([
    [
      'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      'AWS_SECRET_KEY wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    ],
    [`AccountKey=${random(86)}==`, `AZURE_KEY AccountKey=${random(86)}==`],
    ['Authorization: Bearer abcDEF123456ghiJKL789', 'API_KEY abcDEF123456ghiJKL789'],
    ['DB_PASSWORD="correct horse battery"', 'PASSWORD correct horse battery'],
    ['{"password": "hunter2!"}', 'PASSWORD hunter2!'],
    ['the password is Tr0ub4dor&3.', 'PASSWORD Tr0ub4dor&3'],
    ['Passwort: Geheim2024!', 'PASSWORD Geheim2024!'],
    ['Das Kennwort lautet x7-Qp_22', 'PASSWORD x7-Qp_22'],
    ['api_key = "abc123def456ghi789"', 'API_KEY abc123def456ghi789'],
    ['clientSecret: 9f8e7d6c5b4a3210', 'API_KEY 9f8e7d6c5b4a3210'],
  ])('%s by its name', (text, expected) => {
    expect(found(text)).toEqual([expected]);
  });

  it('takes a private key whose end is missing', () => {
    const cut = pem.slice(0, 400);
    expect(found(`key:\n${cut}`)).toEqual([`PRIVATE_KEY ${cut}`]);
  });

  it.each([
    'password: string',
    'const password = process.env.DB_PASSWORD;',
    'const token = getToken();',
    'Your password must have 12 characters.',
    'The password is required',
    'api_key: ${API_KEY}',
    'the token expired at noon',
    'key: value',
    'primary_key: user_id_12345678',
    'AKIA is a prefix',
    '-----BEGIN CERTIFICATE-----',
    'sha 8f953371d3e85eddb89b05ed6b9e680791055315',
  ])('finds none in %s', (text) => {
    expect(found(text)).toEqual([]);
  });
});
