import { limits } from '../../limits.js';

/** Whether the exchange still takes a key that it once took: so many refusals in a row, and it is told as revoked, once. */
export class KeyStanding {
  private readonly onRevoked: (detail: string) => void;
  private wasTaken = false;
  private refusals = 0;

  constructor(onRevoked: (detail: string) => void) {
    this.onRevoked = onRevoked;
  }

  taken(): void {
    this.wasTaken = true;
    this.refusals = 0;
  }

  /** A key that was never taken is another matter: nothing was sent with it. */
  refused(detail: string): void {
    this.refusals += 1;
    if (!this.wasTaken || this.refusals < limits.keyRefusalsMax) return;
    this.wasTaken = false;
    this.onRevoked(detail);
  }
}
