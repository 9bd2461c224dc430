/** Bytes that base64 text stands for (RFC 4648); blanks, line ends and the padding stand for none. */
export function base64Size(text: string): number {
  return Math.floor((text.replace(/[\s=]+/g, '').length * 3) / 4);
}
