import { isIP } from 'node:net';

/** What an IP address reaches. `reserved`: ranges that belong to nobody in public, such as those for tests and groups. */
export type AddressKind = 'public' | 'loopback' | 'private' | 'linkLocal' | 'metadata' | 'reserved';

/** The more a kind is to be kept away from, the earlier it stands. */
const WORST_FIRST: readonly AddressKind[] = ['metadata', 'linkLocal', 'loopback', 'private', 'reserved', 'public'];

/** Services of clouds that give out credentials of the machine, by address. */
const METADATA_ADDRESSES: ReadonlySet<string> = new Set([
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
]);

/** The same by IPv6: AWS, pods of AWS, Google Cloud, Scaleway. */
const METADATA_GROUPS: readonly (readonly number[])[] = [
  [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x254],
  [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x23],
  [0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x254],
  [0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42],
];

/**
 * The kind of an IPv4 or IPv6 address as Node writes it; a zone (`%eth0`) is left aside. An IPv6 address that carries an
 * IPv4 address (mapped, compatible, translated, NAT64, 6to4, Teredo) has the kind of that. Undefined: not an IP address.
 */
export function kindOfAddress(address: string): AddressKind | undefined {
  const bare = withoutZone(address);
  const version = isIP(bare);
  if (version === 0) return undefined;
  if (version === 4) return kindOfV4(bare.split('.').map(Number));
  return kindOfV6(groupsOf(bare));
}

/** Whether packets to this address never leave the machine. A NAT64 address of loopback does: a gateway gets it. */
export function isLoopbackAddress(address: string): boolean {
  const bare = withoutZone(address);
  const version = isIP(bare);
  if (version === 4) return bare.startsWith('127.') || bare === '0.0.0.0';
  if (version === 0) return false;
  const groups = groupsOf(bare);
  if (groups.slice(0, 7).every((group) => group === 0)) return (groups[7] ?? 0) <= 1;
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return isMapped && (groups[6] ?? 0) >> 8 === 127;
}

function withoutZone(address: string): string {
  return address.replace(/%.*$/s, '');
}

function kindOfV4(bytes: readonly number[]): AddressKind {
  const [a = 0, b = 0, c = 0] = bytes;
  if (METADATA_ADDRESSES.has(bytes.join('.'))) return 'metadata';
  if (a === 169 && b === 254) return 'linkLocal';
  // 0.0.0.0 reaches this machine; the rest of 0/8 reaches nothing.
  if (a === 127 || a === 0) return 'loopback';
  if (a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168)) return 'private';
  if (a === 100 && b >= 64 && b < 128) return 'private';
  if (a >= 224 || (a === 198 && (b === 18 || b === 19)) || (a === 192 && b === 0 && (c === 0 || c === 2))) {
    return 'reserved';
  }
  return (a === 198 && b === 51 && c === 100) || (a === 203 && b === 0 && c === 113) ? 'reserved' : 'public';
}

function kindOfV6(groups: readonly number[]): AddressKind {
  const [first = 0, second = 0] = groups;
  if (METADATA_GROUPS.some((expected) => hasGroups(groups, expected))) return 'metadata';
  if ((first & 0xffc0) === 0xfe80) return 'linkLocal';
  if ((first & 0xfe00) === 0xfc00 || (first & 0xffc0) === 0xfec0) return 'private';
  if ((first & 0xff00) === 0xff00) return 'reserved';
  if (first === 0x2001 && second === 0x0db8) return 'reserved';
  const embedded = embeddedV4(groups).map(kindOfV4);
  return WORST_FIRST.find((kind) => embedded.includes(kind)) ?? 'public';
}

/** The IPv4 addresses inside an IPv6 address. */
function embeddedV4(groups: readonly number[]): number[][] {
  const [first, second, third] = groups;
  const last = v4Of(groups[6], groups[7]);
  if (groups.slice(0, 4).every((group) => group === 0)) {
    const [, , , , fifth, sixth] = groups;
    // ::a.b.c.d, ::ffff:a.b.c.d and ::ffff:0:a.b.c.d; `::` and `::1` are 0.0.0.0 and 0.0.0.1 here: loopback.
    if ((fifth === 0 && (sixth === 0 || sixth === 0xffff)) || (fifth === 0xffff && sixth === 0)) return [last];
    return [];
  }
  // RFC 6052 and RFC 8215: NAT64. In the local range the place of the address depends on the prefix.
  if (first === 0x64 && second === 0xff9b) {
    return third === 1 ? [last, v4Across(groups, 3), v4Across(groups, 4)] : [last];
  }
  if (first === 0x2002) return [v4Of(second, third)];
  // Teredo: server, and client with all bits turned.
  if (first === 0x2001 && second === 0) {
    return [v4Of(third, groups[3]), v4Of((groups[6] ?? 0) ^ 0xffff, (groups[7] ?? 0) ^ 0xffff)];
  }
  return [];
}

function v4Of(high = 0, low = 0): number[] {
  return [high >> 8, high & 0xff, low >> 8, low & 0xff];
}

/** RFC 6052, 2.2: the byte at bits 64 to 71 is left out of the address. */
function v4Across(groups: readonly number[], start: 3 | 4): number[] {
  const bytes = groups.slice(start).flatMap((group) => [group >> 8, group & 0xff]);
  bytes.splice((4 - start) * 2, 1);
  return bytes.slice(0, 4);
}

function hasGroups(groups: readonly number[], expected: readonly number[]): boolean {
  return expected.every((group, index) => groups[index] === group);
}

/** The eight groups of an IPv6 address that `isIP` accepts. */
function groupsOf(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const text = dotted ? `${dotted[1]}${hexPair(dotted[2], dotted[3])}:${hexPair(dotted[4], dotted[5])}` : address;
  const [head = '', tail] = text.split('::');
  const before = parseGroups(head);
  if (tail === undefined) return before;
  const after = parseGroups(tail);
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function parseGroups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

function hexPair(high = '0', low = '0'): string {
  return ((Number(high) << 8) | Number(low)).toString(16);
}
