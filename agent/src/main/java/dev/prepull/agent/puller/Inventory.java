package dev.prepull.agent.puller;

import dev.prepull.agent.puller.disk.DiskBudget;
import dev.prepull.agent.runtime.ImageRuntime;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.loop.EventLoop;
import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullReason;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the runtime what it holds: when told to, and at every poll; one question at a time. Lives on
 * the puller's loop.
 */
final class Inventory {

  private static final Logger log = LoggerFactory.getLogger(Inventory.class);
  private static final Duration RUNTIME_RETRY = Duration.ofSeconds(2);

  private final RuntimeCalls calls;
  private final DiskBudget disk;
  private final Duration pollInterval;
  private final BiConsumer<Map<String, HeldImage>, Set<ImageReference>> onAnswer;

  /** What has changed by our hand since the question under way was asked. */
  private final Set<ImageReference> outdated = new HashSet<>();

  private boolean asking;
  private boolean askAgain;
  private boolean runtimeAnswers = true;
  private boolean closed;
  private EventLoop.Timer poll = () -> {};

  /**
   * Asks nothing yet.
   *
   * @param onAnswer is told all that is held, by every name, and of which images the answer may be
   *     older than what is known
   */
  Inventory(
      RuntimeCalls calls,
      DiskBudget disk,
      Duration pollInterval,
      BiConsumer<Map<String, HeldImage>, Set<ImageReference>> onAnswer) {
    this.calls = calls;
    this.disk = disk;
    this.pollInterval = pollInterval;
    this.onAnswer = onAnswer;
  }

  /** Asks now, or once more when the question under way is answered. */
  void ask() {
    if (asking || closed) {
      askAgain = asking;
      return;
    }
    asking = true;
    poll.cancel();
    calls.ask(this::held, this::answered, this::failed);
  }

  /** Whether somebody has asked again since the question was put that was answered last. */
  boolean isAskedAgain() {
    return askAgain;
  }

  /** A pull has just changed the image: an answer under way may not know it yet. */
  void outdates(ImageReference reference) {
    if (asking) {
      outdated.add(reference);
      askAgain = true;
    }
  }

  private Map<String, HeldImage> held(ImageRuntime runtime)
      throws RuntimeUnavailableException, InterruptedException {
    disk.refresh();
    Map<String, HeldImage> byName = new HashMap<>();
    for (HeldImage image : runtime.list()) {
      for (HeldName name : image.names()) {
        byName.put(name.name(), image);
      }
    }
    return byName;
  }

  private void answered(Map<String, HeldImage> held) {
    if (!runtimeAnswers) {
      runtimeAnswers = true;
      log.info("The container runtime answers again");
    }
    Set<ImageReference> doubtful = Set.copyOf(outdated);
    asked(pollInterval);
    onAnswer.accept(held, doubtful);
    goOn();
  }

  private void failed(String message) {
    if (runtimeAnswers) {
      runtimeAnswers = false;
      log.atWarn()
          .addKeyValue("reason", PullReason.RUNTIME_UNAVAILABLE.word())
          .log("Cannot ask the container runtime what it holds: {}", message);
    }
    asked(RUNTIME_RETRY);
    goOn();
  }

  private void asked(Duration next) {
    asking = false;
    outdated.clear();
    if (!closed) {
      poll = calls.loop().after(next, this::ask);
    }
  }

  private void goOn() {
    if (askAgain) {
      askAgain = false;
      ask();
    }
  }

  /** Asks no more. */
  void close() {
    closed = true;
    poll.cancel();
  }
}
