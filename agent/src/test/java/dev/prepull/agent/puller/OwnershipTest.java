package dev.prepull.agent.puller;

import static dev.prepull.agent.puller.PullerFixture.APP;
import static dev.prepull.agent.puller.PullerFixture.OLD;
import static dev.prepull.agent.puller.PullerFixture.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.agent.puller.journal.JournalContent;
import dev.prepull.agent.puller.journal.NameTouch;
import dev.prepull.agent.puller.journal.OwnedImage;
import dev.prepull.loop.FakeEventLoop;
import dev.prepull.model.ImageReference;
import dev.prepull.model.RemovalPolicy;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When the journal is written, and whose an event is. */
class OwnershipTest {

  private static final NameTouch HERE = new NameTouch(OLD, "");

  private final FakeEventLoop loop = new FakeEventLoop();
  private final FakeThreads threads = new FakeThreads();
  private final List<JournalContent> written = new ArrayList<>();
  private boolean diskIsFull;
  private final Ownership ownership =
      new Ownership(loop, threads, new JournalContent(loop.now(), List.of()), this::write);

  @Test
  void writesWhatItDid() {
    pulled(APP);

    writeAll();

    assertThat(written)
        .containsExactly(
            new JournalContent(
                loop.now(),
                List.of(new OwnedImage(APP, OLD, "", true, false, RemovalPolicy.DELETE))));
  }

  @Test
  void writesOneAtATimeAndTheNewestLast() {
    pulled(APP);
    pulled(WEB);
    ownership.gone(APP);

    int atATime = threads.underWay();
    writeAll();

    assertThat(atATime).isEqualTo(1);
    assertThat(written).hasSize(2);
    assertThat(written.getLast().entries()).extracting(OwnedImage::reference).containsExactly(WEB);
  }

  @Test
  void writesWithTheNextChangeWhatCouldNotBeWritten() {
    diskIsFull = true;
    pulled(APP);
    writeAll();
    diskIsFull = false;

    pulled(WEB);
    writeAll();

    assertThat(written.getLast().entries()).hasSize(2);
  }

  @Test
  void goesOnFromWhatWasWritten() {
    pulled(APP);
    writeAll();

    Ownership next = new Ownership(loop, threads, written.getLast(), this::write);

    assertThat(next.of(APP)).isPresent();
    assertThat(next.readAt()).isEqualTo(written.getLast().writtenAt());
  }

  @Test
  void writesAPolicyOnlyWhenItChanges() {
    pulled(APP);
    writeAll();

    ownership.policy(APP, RemovalPolicy.DELETE);
    ownership.policy(WEB, RemovalPolicy.KEEP);

    assertThat(threads.underWay()).isZero();
  }

  @Test
  void takesForItsOwnWhatHappensWhileItIsAtWorkHoweverLateItHears() {
    pulled(APP);
    ownership.working(APP);
    loop.advance(Duration.ofHours(1));
    Instant meanwhile = loop.now();
    ownership.worked(APP);
    loop.advance(Duration.ofSeconds(30));

    ownership.touched(APP.stored(), meanwhile);

    assertThat(ownership.of(APP)).isPresent();
  }

  @Test
  void takesForSomebodyElsesWhatHappensAfterwards() {
    pulled(APP);
    ownership.working(APP);
    ownership.worked(APP);

    ownership.touched(APP.stored(), loop.now().plusMillis(1));

    assertThat(ownership.of(APP)).isEmpty();
  }

  private void pulled(ImageReference reference) {
    ownership.pulled(reference, NameTouch.ABSENT, HERE, RemovalPolicy.DELETE);
  }

  private void write(JournalContent content) throws IOException {
    if (diskIsFull) {
      throw new IOException("no space left on device");
    }
    written.add(content);
  }

  private void writeAll() {
    while (threads.underWay() > 0) {
      threads.runOldest();
      loop.run();
    }
  }
}
