package dev.prepull.controller.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.loop.FakeEventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Something outside follows the newest value, but not in its every step. */
class PacedWritesTest {

  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final Duration HOUR = Duration.ofHours(1);

  private final FakeEventLoop loop = new FakeEventLoop();
  private final Instant began = loop.now();

  /** As {@code second value}. */
  private final List<String> written = new ArrayList<>();

  /** Blocking work that waits for the test; run at once while it is null. */
  private @Nullable List<Runnable> held;

  private boolean failing;

  private final PacedWrites<String> writes =
      new PacedWrites<>(loop, this::execute, INTERVAL, this::write, String::equalsIgnoreCase);

  private void execute(Runnable task) {
    if (held == null) {
      task.run();
    } else {
      held.add(task);
    }
  }

  private Optional<String> write(String value) {
    written.add("%d %s".formatted(Duration.between(began, loop.now()).toSeconds(), value));
    return failing ? Optional.of("Tried to write but failed") : Optional.empty();
  }

  private void offer(String... values) {
    for (String value : values) {
      writes.offer(value);
    }
    loop.run();
  }

  @Test
  void writesTheFirstValueAtOnce() {
    offer("a");
    loop.advance(Duration.ZERO);

    assertThat(written).containsExactly("0 a");
  }

  @Test
  void writesTheNewestOfManyTwoSecondsLater() {
    offer("a");
    loop.advance(Duration.ofSeconds(1));

    offer("b", "c", "d");
    loop.advance(HOUR);

    assertThat(written).containsExactly("0 a", "2 d");
  }

  @Test
  void writesNothingWhenNothingOfImportanceHasChanged() {
    offer("a");
    loop.advance(HOUR);

    offer("A");
    loop.advance(HOUR);

    assertThat(written).containsExactly("0 a");
  }

  @Test
  void writesNothingWhenTheValueIsBackBeforeItsTime() {
    offer("a");
    loop.advance(Duration.ofSeconds(1));

    offer("b", "a");
    loop.advance(HOUR);

    assertThat(written).containsExactly("0 a");
  }

  @Test
  void triesAgainWithGrowingPausesUntilItIsDone() {
    failing = true;
    offer("a");
    loop.advance(Duration.ofSeconds(190));

    failing = false;
    loop.advance(HOUR);

    assertThat(written)
        .containsExactly("0 a", "2 a", "6 a", "14 a", "30 a", "62 a", "122 a", "182 a", "242 a");
  }

  @Test
  void isPromptAgainAfterItHasFailed() {
    failing = true;
    offer("a");
    loop.advance(Duration.ofSeconds(10));
    failing = false;
    loop.advance(HOUR);
    written.clear();

    offer("b");
    loop.advance(Duration.ZERO);

    assertThat(written).hasSize(1);
  }

  @Test
  void neverWritesTwiceAtTheSameTime() {
    List<Runnable> waiting = new ArrayList<>();
    held = waiting;
    offer("a");
    loop.advance(Duration.ZERO);

    offer("b");
    loop.advance(HOUR);

    assertThat(waiting).hasSize(1);
  }

  @Test
  void writesWhatIsNotWrittenYetWhenItIsToFinish() {
    offer("a");
    loop.advance(Duration.ofSeconds(1));
    offer("b");

    CompletableFuture<@Nullable Void> finished = writes.finish();
    loop.run();

    assertThat(written).containsExactly("0 a", "1 b");
    assertThat(finished).isCompleted();
  }

  @Test
  void finishesAfterTheWriteThatRuns() {
    List<Runnable> waiting = new ArrayList<>();
    held = waiting;
    offer("a");
    loop.advance(Duration.ZERO);
    offer("b");

    CompletableFuture<@Nullable Void> finished = writes.finish();
    loop.run();
    assertThat(finished).isNotDone();
    waiting.get(0).run();
    loop.run();
    waiting.get(1).run();
    loop.run();

    assertThat(finished).isCompleted();
    assertThat(written).containsExactly("0 a", "0 b");
  }

  @Test
  void finishesWhenTheLastWriteFails() {
    failing = true;
    offer("a");

    CompletableFuture<@Nullable Void> finished = writes.finish();
    loop.advance(HOUR);

    assertThat(finished).isCompleted();
    assertThat(written).containsExactly("0 a");
  }

  @Test
  void writesNothingMoreOnceItHasFinished() {
    offer("a");
    CompletableFuture<@Nullable Void> finished = writes.finish();
    loop.run();

    offer("b");
    loop.advance(HOUR);

    assertThat(finished).isCompleted();
    assertThat(written).containsExactly("0 a");
  }
}
