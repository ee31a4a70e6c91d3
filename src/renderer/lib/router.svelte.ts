/** Where the person is. */
import { parseRoute, to } from './routes.ts';
import type { Route } from './routes.ts';

export { to };
export type { Route };

const home = to.runs();

class Router {
  #route = $state.raw<Route>(parseRoute(location.hash) ?? { screen: 'runs' });

  /** The window was opened without an address of a screen. */
  readonly openedAtHome = parseRoute(location.hash) === null;

  constructor() {
    if (!parseRoute(location.hash)) history.replaceState(null, '', home);
    addEventListener('hashchange', () => this.#read());
  }

  get route(): Route {
    return this.#route;
  }

  go(href: string): void {
    location.hash = href;
  }

  /** Changes the address without a step in the history: for settings of a screen that belong into its address. */
  replace(href: string): void {
    history.replaceState(null, '', href);
    this.#read();
  }

  #read(): void {
    const route = parseRoute(location.hash);
    if (route) this.#route = route;
    else this.replace(home);
  }
}

export const router = new Router();
