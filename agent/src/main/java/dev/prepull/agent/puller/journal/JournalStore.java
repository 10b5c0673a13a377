package dev.prepull.agent.puller.journal;

import java.io.IOException;

/** Where the journal is kept. One call at a time; may block. */
@FunctionalInterface
public interface JournalStore {

  /** Replaces what was kept before; after a crash either the old or the new content is there. */
  void write(JournalContent content) throws IOException;
}
