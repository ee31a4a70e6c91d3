/** The addresses of the screens: the part after `#`. Every screen has one, so reload, Back and links work. Pure module. */

export type Route =
  | { readonly screen: 'corpora'; readonly id: string | null }
  | { readonly screen: 'runs' }
  | { readonly screen: 'run'; readonly id: string }
  | { readonly screen: 'new'; readonly query: URLSearchParams }
  | { readonly screen: 'compare'; readonly runs: readonly string[]; readonly query: URLSearchParams }
  | { readonly screen: 'try'; readonly id: string | null }
  | { readonly screen: 'inside'; readonly id: string | null; readonly query: URLSearchParams }
  | { readonly screen: 'settings' }
  | { readonly screen: 'welcome' };

/** Reads a hash such as `#/runs/abc`; anything unknown is null. */
export function parseRoute(hash: string): Route | null {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  const [first = '', second, ...rest] = path.split('/').map(decode);
  const query = new URLSearchParams(search);
  if (rest.length > 0) return null;
  switch (first) {
    case 'runs':
      return second ? { screen: 'run', id: second } : { screen: 'runs' };
    case 'try':
      return { screen: 'try', id: second || null };
    case 'inside':
      return { screen: 'inside', id: second || null, query };
    case 'corpora':
      return { screen: 'corpora', id: second || null };
    case 'settings':
      return second ? null : { screen: 'settings' };
    case 'welcome':
      return second ? null : { screen: 'welcome' };
    case 'new':
      return second ? null : { screen: 'new', query };
    case 'compare':
      return second ? null : { screen: 'compare', runs: query.get('runs')?.split(',').filter(Boolean) ?? [], query };
    default:
      return null;
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Addresses of the screens, for links and `router.go`. */
export const to = {
  corpora: (id?: string) => (id ? `#/corpora/${encodeURIComponent(id)}` : '#/corpora'),
  runs: () => '#/runs',
  run: (id: string) => `#/runs/${encodeURIComponent(id)}`,
  /** New run: empty, on a corpus, or as a copy of a run's configuration. */
  newRun: (from: { corpus?: string; copy?: string } = {}) => withQuery('#/new', from),
  compare: (runs: readonly string[]) => withQuery('#/compare', { runs: runs.join(',') || undefined }),
  try: (id?: string) => (id ? `#/try/${encodeURIComponent(id)}` : '#/try'),
  /** A picture of a run's network, at its best or its last checkpoint. */
  inside: (id?: string, query: { picture?: string; checkpoint?: string } = {}) =>
    withQuery(id ? `#/inside/${encodeURIComponent(id)}` : '#/inside', query),
  settings: () => '#/settings',
  welcome: () => '#/welcome',
};

function withQuery(path: string, query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const text = new URLSearchParams(given).toString().replaceAll('%2C', ',');
  return text ? `${path}?${text}` : path;
}
