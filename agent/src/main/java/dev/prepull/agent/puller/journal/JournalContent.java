package dev.prepull.agent.puller.journal;

import java.time.Instant;
import java.util.List;

/**
 * What stands in a journal's file.
 *
 * @param writtenAt when; whatever happened to images later is not in it
 * @param entries oldest first
 */
public record JournalContent(Instant writtenAt, List<OwnedImage> entries) {

  /** Copies the entries. */
  public JournalContent {
    entries = List.copyOf(entries);
  }
}
