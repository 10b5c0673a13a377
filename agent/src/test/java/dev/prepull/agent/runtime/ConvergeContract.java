package dev.prepull.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.agent.runtime.RuntimeFixture.Ability;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullProgress;
import dev.prepull.model.PullReason;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** How a runtime that can name images comes to hold exactly one digest, and tells its size. */
interface ConvergeContract extends RuntimeUnderTest {

  @Test
  default void pullsALockedDigestUnderItsTag() throws Exception {
    ImageDigest locked = here().push("team/app", "1");

    PullOutcome outcome = converge(reference("team/app:1"), locked);

    assertPulled(outcome);
    assertResolves(reference("team/app:1"), locked);
    assertResolves(reference("team/app@" + locked), locked);
  }

  @Test
  default void keepsToTheLockedDigestAfterTheTagHasMoved() throws Exception {
    ImageDigest locked = here().push("team/app", "1");
    ImageDigest moved = here().push("team/app", "1");

    PullOutcome outcome = converge(reference("team/app:1"), locked);

    assertPulled(outcome);
    assertResolves(reference("team/app:1"), locked);
    assertThat(runtime().find(reference("team/app@" + moved))).isEmpty();
    assertThat(here().asked("team/app")).isNotEmpty().doesNotContain("1");
  }

  @Test
  default void replacesAnotherDigestUnderTheTag() throws Exception {
    ImageReference reference = reference("team/app:1");
    ImageDigest old = here().push("team/app", "1");
    assertPulled(pull(reference));
    ImageDigest locked = here().push("team/app", "1");

    PullOutcome outcome = converge(reference, locked);

    assertPulled(outcome);
    assertResolves(reference, locked);
    assertThat(runtime().find(reference("team/app@" + old)).isPresent())
        .isEqualTo(here().can(Ability.KEEP_MOVED));
  }

  @Test
  default void goesBackToADigestWithoutTheRegistryWhereItStillHoldsIt() throws Exception {
    ImageReference reference = reference("team/app:1");
    ImageDigest locked = here().push("team/app", "1");
    assertPulled(pull(reference));
    ImageDigest moved = here().push("team/app", "1");
    assertPulled(pull(reference));
    assertResolves(reference, moved);
    List<String> before = here().asked("team/app");

    PullOutcome outcome = converge(reference, locked);

    assertPulled(outcome);
    assertResolves(reference, locked);
    assertThat(here().asked("team/app").equals(before)).isEqualTo(here().can(Ability.KEEP_MOVED));
  }

  @Test
  default void givesASecondTagToWhatItHoldsWithoutTheRegistry() throws Exception {
    ImageDigest locked = here().push("team/app", "1");
    assertPulled(pull(reference("team/app:1")));
    List<String> before = here().asked("team/app");

    PullOutcome outcome = converge(reference("team/app:stable"), locked);

    assertPulled(outcome);
    assertResolves(reference("team/app:stable"), locked);
    assertResolves(reference("team/app:1"), locked);
    assertThat(here().asked("team/app")).isEqualTo(before);
  }

  @Test
  default void doesNothingWhenTheTagStandsForTheDigest() throws Exception {
    ImageReference reference = reference("team/app:1");
    ImageDigest locked = here().push("team/app", "1");
    assertPulled(pull(reference));
    List<String> before = here().asked("team/app");

    PullOutcome outcome = converge(reference, locked);

    assertThat(assertPulled(outcome).image()).isEqualTo(runtime().find(reference).orElseThrow());
    assertThat(here().asked("team/app")).isEqualTo(before);
  }

  @Test
  default void convergesOnAnotherDigestOfTheSameContent() throws Exception {
    ImageReference reference = reference("team/app:1");
    here().push("team/app", "1");
    assertPulled(pull(reference));
    ImageDigest rebuilt = here().rebuild("team/app", "1");

    PullOutcome outcome = converge(reference, rebuilt);

    assertPulled(outcome);
    assertResolves(reference, rebuilt);
  }

  @Test
  default void goesBackToTheFirstDigestOfTheSameContent() throws Exception {
    ImageReference reference = reference("team/app:1");
    ImageDigest built = here().push("team/app", "1");
    assertPulled(pull(reference));
    here().rebuild("team/app", "1");
    assertPulled(pull(reference));

    PullOutcome outcome = converge(reference, built);

    assertPulled(outcome);
    assertResolves(reference, built);
  }

  @Test
  default void namesTheDigestThatAPullBroughtAmongThoseOfTheSameContent() throws Exception {
    ImageReference reference = reference("team/app:1");
    ImageDigest built = here().push("team/app", "1");
    assertPulled(pull(reference));
    ImageDigest rebuilt = here().rebuild("team/app", "1");

    PullOutcome outcome = pull(reference);

    assertThat(assertPulled(outcome).image())
        .matches(image -> image.resolves(reference, rebuilt), "resolves to " + rebuilt)
        .matches(image -> !image.resolves(reference, built), "does not resolve to " + built);
  }

  @Test
  default void convergesOnTheDigestOfAnIndex() throws Exception {
    ImageReference reference = reference("team/app:1");
    ImageDigest locked = here().pushIndex("team/app", "1");
    here().push("team/app", "1");

    PullOutcome outcome = converge(reference, locked);

    assertPulled(outcome);
    assertResolves(reference, locked);
  }

  @Test
  default void convergesOnADigestReference() throws Exception {
    ImageDigest locked = here().push("team/app", "1");
    ImageReference reference = reference("team/app@" + locked);

    PullOutcome outcome = converge(reference, locked);

    assertPulled(outcome);
    assertResolves(reference, locked);
    assertThat(runtime().find(reference("team/app:1"))).isEmpty();
  }

  @Test
  default void leavesWhatItHeldWhenTheDigestIsUnknown() throws Exception {
    ImageReference reference = reference("team/app:1");
    ImageDigest held = here().push("team/app", "1");
    assertPulled(pull(reference));

    PullOutcome outcome = converge(reference, new ImageDigest("sha256:" + "0".repeat(64)));

    assertFailed(outcome, PullReason.NOT_FOUND);
    assertResolves(reference, held);
  }

  @Test
  default void tellsTheSizeWhileItPulls() throws Exception {
    here().pushLarge("team/app", "1");
    ImageReference slow = ImageReference.parse(here().slowRegistry() + "/team/app:1");
    List<List<Long>> sizes = new CopyOnWriteArrayList<>();
    PullWatcher watcher =
        new PullWatcher() {
          @Override
          public void moved(PullProgress progress) {}

          @Override
          public void sized(long imageBytes, long missingBytes) {
            sizes.add(List.of(imageBytes, missingBytes));
          }
        };

    PullOutcome outcome = runtime().pull(slow, RegistryCredential.ANONYMOUS, watcher);

    assertPulled(outcome);
    assertThat(sizes)
        .isNotEmpty()
        .allSatisfy(size -> assertThat(size.get(1)).isPositive().isLessThanOrEqualTo(size.get(0)));
  }

  @Test
  default void endsAPullThatIsInterruptedForItsSize() throws Exception {
    here().pushLarge("team/app", "1");
    ImageReference slow = ImageReference.parse(here().slowRegistry() + "/team/app:1");
    List<String> ends = new CopyOnWriteArrayList<>();
    PullWatcher watcher =
        new PullWatcher() {
          @Override
          public void moved(PullProgress progress) {}

          @Override
          public void sized(long imageBytes, long missingBytes) {
            Thread.currentThread().interrupt();
          }
        };

    Thread puller =
        Thread.startVirtualThread(() -> {
          try {
            ends.add(runtime().pull(slow, RegistryCredential.ANONYMOUS, watcher).toString());
          } catch (InterruptedException e) {
            ends.add("interrupted");
          }
        });
    puller.join();

    assertThat(ends).containsExactly("interrupted");
    assertThat(runtime().find(slow)).isEmpty();
  }

  @Test
  default void tellsWhatAnImageConsistsOf() throws Exception {
    here().push("team/app", "1");

    PullOutcome.Pulled pulled = assertPulled(pull(reference("team/app:1")));

    if (here().can(Ability.SHOW_BLOBS)) {
      assertThat(pulled.blobs()).hasSizeGreaterThan(1);
      assertThat(pulled.blobs()).extracting(ImageBlob::sizeBytes).allMatch(size -> size > 0);
      assertThat(runtime().missingBytes(pulled.blobs())).isZero();
    } else {
      assertThat(pulled.blobs()).isEmpty();
    }
  }

  @Test
  default void tellsWhatAnImageOfSeveralPlatformsConsistsOf() throws Exception {
    here().pushIndex("team/app", "1");

    PullOutcome.Pulled pulled = assertPulled(pull(reference("team/app:1")));

    assertThat(pulled.blobs().isEmpty()).isEqualTo(!here().can(Ability.SHOW_BLOBS));
  }

  @Test
  default void countsTheBytesOfBlobsThatItDoesNotHave() throws Exception {
    ImageBlob absent = new ImageBlob(new ImageDigest("sha256:" + "0".repeat(64)), 12_345);

    assertThat(runtime().missingBytes(List.of(absent))).isEqualTo(12_345);
  }
}
