/**
 * Turns text blocks of an encoded message into blocks of a type that no client knows. On the wire, because the SDK
 * would refuse to send them. In a string inside the message the quotes are escaped, so only real fields change.
 */
export function withUnknownContent(message: string): string {
  return message.replaceAll('"type":"text"', '"type":"hologram"');
}
