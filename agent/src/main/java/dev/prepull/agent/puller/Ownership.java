package dev.prepull.agent.puller;

import dev.prepull.agent.puller.journal.JournalContent;
import dev.prepull.agent.puller.journal.JournalStore;
import dev.prepull.agent.puller.journal.NameTouch;
import dev.prepull.agent.puller.journal.OwnedImage;
import dev.prepull.agent.puller.journal.OwnershipJournal;
import dev.prepull.loop.EventLoop;
import dev.prepull.model.ImageReference;
import dev.prepull.model.RemovalPolicy;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the journal of what this agent did to the node's images. Lives on the puller's loop; each
 * change is written on a thread of its own, one at a time, newest content last.
 *
 * <p>A journal that cannot be written is kept in memory and written with the next change: what is
 * lost by a crash meanwhile is only ever kept on the node, never deleted by mistake.
 */
public final class Ownership {

  private static final Logger log = LoggerFactory.getLogger(Ownership.class);

  /** By then the runtime has told of the last thing that this agent did to a name. */
  private static final Duration ECHO = Duration.ofMinutes(1);

  private final EventLoop loop;
  private final ThreadFactory threads;
  private final JournalStore store;
  private final OwnershipJournal journal;
  private final Instant readAt;

  /** Names that this agent is at work on, and until when what happens to them is its own doing. */
  private final Map<String, Instant> own = new HashMap<>();

  private boolean writing;
  private boolean dirty;
  private boolean writable = true;

  /** Goes on from what was written last. */
  public Ownership(
      EventLoop loop, ThreadFactory threads, JournalContent content, JournalStore store) {
    this.loop = loop;
    this.threads = threads;
    this.store = store;
    this.journal = new OwnershipJournal(content.entries());
    this.readAt = content.writtenAt();
  }

  /** What happened to images after that is not in the journal as it was read. */
  Instant readAt() {
    return readAt;
  }

  Optional<OwnedImage> of(ImageReference reference) {
    return journal.of(reference);
  }

  List<OwnedImage> all() {
    return journal.all();
  }

  int pinnedImages() {
    return (int) journal.all().stream().filter(OwnedImage::pinned).count();
  }

  // --- what this agent does ---------------------------------------------------------------------

  /** From now on events of that name are this agent's own, until {@link #worked}. */
  void working(ImageReference reference) {
    own.put(reference.stored(), Instant.MAX);
  }

  void worked(ImageReference reference) {
    own.put(reference.stored(), loop.now());
  }

  void pulled(ImageReference reference, NameTouch before, NameTouch after, RemovalPolicy policy) {
    update(book -> book.pulled(reference, before, after, policy));
  }

  void pinned(ImageReference reference, NameTouch before, NameTouch after, RemovalPolicy policy) {
    update(book -> book.pinned(reference, before, after, policy));
  }

  void unpinned(ImageReference reference, NameTouch before, NameTouch after) {
    update(book -> book.unpinned(reference, before, after));
  }

  void gone(ImageReference reference) {
    update(book -> book.gone(reference));
  }

  /** The plan says this of an image now. */
  void policy(ImageReference reference, RemovalPolicy policy) {
    if (journal.of(reference).filter(known -> known.onRemoval() != policy).isPresent()) {
      update(book -> book.policy(reference, policy));
    }
  }

  // --- what others do

  /** The runtime has told of something that happened to the name under which it stores an image. */
  void touched(String name, Instant at) {
    own.values().removeIf(until -> until.isBefore(loop.now().minus(ECHO)));
    Instant until = own.get(name);
    boolean ours = until != null && !at.isAfter(until);
    if (!ours && journal.has(name)) {
      update(book -> book.touchedByOthers(name));
    }
  }

  // --- writing

  private void update(Consumer<OwnershipJournal> change) {
    change.accept(journal);
    dirty = true;
    write();
  }

  private void write() {
    if (writing || !dirty) {
      return;
    }
    writing = true;
    dirty = false;
    JournalContent content = new JournalContent(loop.now(), journal.all());
    threads
        .newThread(() -> {
          Optional<String> failure = failure(content);
          loop.execute(() -> written(failure));
        })
        .start();
  }

  private Optional<String> failure(JournalContent content) {
    try {
      store.write(content);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e.toString());
    }
  }

  private void written(Optional<String> failure) {
    writing = false;
    if (failure.isPresent() == writable) {
      writable = failure.isEmpty();
      if (writable) {
        log.info("The journal can be written again");
      } else {
        log.warn(
            "Tried to write the journal in --state-dir but failed: {}. Check its permissions and free space. Until it can be written, images pulled now will be kept when they leave the list after a restart.",
            failure.get());
      }
    }
    dirty |= failure.isPresent();
    if (failure.isEmpty()) {
      write();
    }
  }
}
