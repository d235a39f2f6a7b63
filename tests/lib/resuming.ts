// A page that stays open while programs die: connects again by itself and resumes its topic where it was.
import type { Person, Wall } from './client.ts';
import { until } from './wait.ts';
import { Followed } from './watch.ts';

export class Resuming {
  readonly person: Person;
  /** How often it connected. */
  connections = 0;
  followed!: Followed;
  private wall!: Wall;

  private constructor(person: Person) {
    this.person = person;
  }

  static async open(person: Person): Promise<Resuming> {
    const page = new Resuming(person);
    await page.connect();
    return page;
  }

  private async connect(): Promise<void> {
    const before = this.followed as Followed | undefined;
    void before?.cameras; // what came until the end counts as seen
    await until('the wall lets the page in again', async () => {
      const wall = await this.person.connect().catch(() => null);
      if (wall) this.wall = wall;
      return wall !== null;
    });
    this.connections++;
    this.followed = new Followed(this.wall, before);
  }

  /** Resolves when the page, connected anew as often as it takes, shows what `test` asks for. */
  async shows(what: string, test: (followed: Followed) => boolean, limitMs = 90_000): Promise<void> {
    await until(`the page shows ${what}`, async () => {
      if (this.wall.closed) await this.connect();
      return test(this.followed);
    }, limitMs).catch((error: unknown) => {
      const odd = this.followed.cameras.filter((camera) => camera.state !== 'live').slice(0, 4);
      throw new Error(`${error instanceof Error ? error.message : String(error)}; not live: ${JSON.stringify(odd)}`);
    });
  }

  close(): void {
    this.wall.close();
  }
}
