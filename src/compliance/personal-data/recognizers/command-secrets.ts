import type { Recognizer } from '../recognizer.ts';

/** Options of commands that take a password, and where it stands in them. */
const options: Readonly<Record<string, RegExp>> = {
  curl: /^[^\n|;]{0,160}?\s(?:-u|--user)\s{1,2}["']?[^\s:"']{1,64}:([^\s"']{3,128})/,
  wget: /^[^\n|;]{0,160}?\s--(?:http-)?password[= ]["']?([^\s"']{3,128})/,
  mysql: /^[^\n|;]{0,160}?\s-p["']?([^\s"'-][^\s"']{3,128})/,
  mysqldump: /^[^\n|;]{0,160}?\s-p["']?([^\s"'-][^\s"']{3,128})/,
  docker: /^ login[^\n|;]{0,160}?\s(?:-p|--password)[= ]["']?([^\s"']{3,128})/,
  sshpass: /^[^\n|;]{0,32}?\s-p ?["']?([^\s"']{3,128})/,
};

/** Passwords on a command line. */
export const commandSecrets: Recognizer = {
  types: ['PASSWORD'],
  words: Object.keys(options).join(' '),
  atWord: (scan, _start, end, word) => {
    const match = options[word]?.exec(scan.text.slice(end, end + 320));
    const value = match?.[1];
    if (!match || value === undefined || /^[$%]/.test(value)) return;
    const close = end + match[0].length;
    scan.emit('PASSWORD', close - value.length, close, 0.85);
  },
};
