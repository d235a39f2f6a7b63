import type {
  ClientMessage,
  PlayCommand,
  ThumbsCommand,
  Topic,
  TopicMessage,
} from '../wire/messages.ts';

/**
 * What the page wants of the server, kept so that a new connection is told all of it again:
 * topics from the last id seen, thumbnails, running streams, whether the page is hidden.
 */
export class Wishes {
  private readonly topics = new Map<Topic, string | null>();
  private readonly plays = new Map<number, PlayCommand>();
  private thumbs: ThumbsCommand | null = null;
  private hidden = false;

  /** Takes a wish in. Returned: what to send now on an open connection, null when nothing changed. */
  take(message: ClientMessage): ClientMessage | null {
    switch (message.t) {
      case 'sub':
        if (this.topics.has(message.topic)) return null;
        this.topics.set(message.topic, null);
        return message;
      case 'unsub':
        return this.topics.delete(message.topic) ? message : null;
      case 'thumbs':
        this.thumbs = message;
        return message;
      case 'play':
        this.plays.set(message.stream, message);
        return message;
      case 'stop':
        return this.plays.delete(message.stream) ? message : null;
      case 'hidden':
        if (this.hidden === message.hidden) return null;
        this.hidden = message.hidden;
        return message;
      case 'ping':
        return message;
    }
  }

  /** Remembers the id up to which a topic is known. Returned: false for a topic nobody wants any more. */
  seen(message: TopicMessage): boolean {
    if (!this.topics.has(message.topic)) return false;
    this.topics.set(message.topic, message.id);
    return true;
  }

  /** A stream that ended by the server's word is not asked for again. */
  ended(stream: number): void {
    this.plays.delete(stream);
  }

  /** The server started anew: handles mean other cameras, so the set of thumbnails is void. */
  restarted(): void {
    this.thumbs = null;
  }

  /** Everything a new connection has to be told. */
  *all(): Generator<ClientMessage> {
    if (this.hidden) yield { t: 'hidden', hidden: true };
    for (const [topic, from] of this.topics)
      yield from ? { t: 'sub', topic, from } : { t: 'sub', topic };
    if (this.thumbs) yield this.thumbs;
    yield* this.plays.values();
  }
}
