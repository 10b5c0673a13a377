package dev.prepull.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How a runtime that has events tells of changes that others make. */
interface WatchContract extends RuntimeUnderTest {

  @Test
  default void tellsOfARemovalBySomebodyElse() throws Exception {
    ImageReference reference = reference("team/app:1");
    here().push("team/app", "1");
    assertPulled(pull(reference));
    try (Watch watch = Watch.begin(runtime())) {
      here().removeByOther(reference);

      watch.awaitChange();
    }
  }

  @Test
  default void tellsOfAPullBySomebodyElse() throws Exception {
    ImageReference reference = reference("team/app:1");
    here().push("team/app", "1");
    try (Watch watch = Watch.begin(runtime())) {
      here().pullByOther(reference);

      watch.awaitChange();
    }
  }

  @Test
  default void tellsOfATagThatItMovesItself() throws Exception {
    ImageReference reference = reference("team/app:1");
    ImageDigest locked = here().push("team/app", "1");
    assertPulled(pull(reference("team/app@" + locked)));
    try (Watch watch = Watch.begin(runtime())) {
      assertPulled(converge(reference, locked));

      watch.awaitChange();
    }
  }

  @Test
  default void endsTheWatchWhenInterrupted() throws Exception {
    try (Watch watch = Watch.begin(runtime())) {
      watch.interrupt();

      assertThat(watch.awaitEnd()).isEqualTo("interrupted");
    }
  }

  @Test
  default void endsTheWatchWhenTheRuntimeStops() throws Exception {
    try (Watch watch = Watch.begin(runtime())) {
      here().stopRuntime();

      assertThat(watch.awaitEnd()).isIn("ended", "unavailable");
      here().resumeRuntime();
    }
    Watch.begin(runtime()).close();
  }

  /** A watch on a thread of its own, which stands once this exists. */
  final class Watch implements AutoCloseable {

    private static final int PATIENCE_SECONDS = 30;
    private static final String STANDS = "stands";

    private final BlockingQueue<String> changes = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> states = new LinkedBlockingQueue<>();
    private final Thread thread;

    private Watch(ImageRuntime runtime) {
      ImageEvents events =
          new ImageEvents() {
            @Override
            public void watching() {
              states.add(STANDS);
            }

            @Override
            public void changed(String name, Instant at) {
              changes.add(name);
            }
          };
      this.thread =
          Thread.startVirtualThread(() -> {
            try {
              runtime.watch(Instant.EPOCH, events);
              states.add("ended");
            } catch (RuntimeUnavailableException e) {
              states.add("unavailable");
            } catch (InterruptedException e) {
              states.add("interrupted");
            }
          });
    }

    static Watch begin(ImageRuntime runtime) throws InterruptedException {
      Watch watch = new Watch(runtime);
      assertThat(watch.awaitEnd()).isEqualTo(STANDS);
      watch.changes.clear();
      return watch;
    }

    void awaitChange() throws InterruptedException {
      assertThat(changes.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isNotNull();
    }

    String awaitEnd() throws InterruptedException {
      return String.valueOf(states.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    void interrupt() {
      thread.interrupt();
    }

    @Override
    public void close() throws InterruptedException {
      thread.interrupt();
      thread.join();
    }
  }
}
