package dev.prepull.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullProgress;
import dev.prepull.model.PullReason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link ImageRuntime} must do. Run on the fake in unit tests and on real runtimes in
 * the system tests, against a registry that holds what {@link RuntimeFixture} says.
 */
public abstract class ImageRuntimeContract
    implements ConvergeContract, CredentialContract, KeepContract, WatchContract {

  /** A fresh fixture for each test. */
  protected abstract RuntimeFixture fixture() throws Exception;

  private RuntimeFixture fixture;
  private ImageRuntime runtime;

  @BeforeEach
  void setUp() throws Exception {
    fixture = fixture();
    runtime = fixture.runtime();
  }

  @AfterEach
  void tearDown() {
    fixture.close();
  }

  @Override
  public final RuntimeFixture here() {
    return fixture;
  }

  @Test
  void tellsItsNameAndVersion() throws Exception {
    assertThat(runtime.info().name()).isNotBlank();
    assertThat(runtime.info().version()).isNotBlank();
  }

  @Test
  void doesNotFindWhatItDoesNotHold() throws Exception {
    assertThat(runtime.find(reference("team/absent:1"))).isEmpty();
  }

  @Test
  void findsAndListsWhatItHasPulledByTag() throws Exception {
    ImageDigest digest = fixture.push("team/app", "1");
    ImageReference reference = reference("team/app:1");

    PullOutcome outcome = pull(reference);

    assertThat(outcome).isInstanceOf(PullOutcome.Pulled.class);
    HeldImage found = runtime.find(reference).orElseThrow();
    assertThat(found.named(reference)).contains(new HeldName(reference.stored(), digest));
    assertThat(found.sizeBytes()).isPositive();
    assertThat(runtime.list()).anyMatch(image -> image.named(reference).isPresent());
  }

  @Test
  void resolvesADigestReference() throws Exception {
    ImageDigest digest = fixture.push("team/app", "1");
    ImageReference byDigest = reference("team/app@" + digest);

    assertThat(pull(byDigest)).isInstanceOf(PullOutcome.Pulled.class);

    HeldImage found = runtime.find(byDigest).orElseThrow();
    assertThat(found.named(byDigest).orElseThrow().digest()).isEqualTo(digest);
    assertThat(runtime.find(reference("team/app:1"))).isEmpty();
  }

  @Test
  void dropsTheTagOfATaggedDigestReference() throws Exception {
    ImageDigest digest = fixture.push("team/app", "1");
    ImageReference both = reference("team/app:1@" + digest);

    assertThat(pull(both)).isInstanceOf(PullOutcome.Pulled.class);

    assertThat(runtime.find(both)).isPresent();
  }

  @Test
  void resolvesAMultiArchImageToItsIndex() throws Exception {
    ImageDigest index = fixture.pushIndex("team/app", "1");
    ImageReference reference = reference("team/app:1");

    assertThat(pull(reference)).isInstanceOf(PullOutcome.Pulled.class);

    HeldImage found = runtime.find(reference).orElseThrow();
    assertThat(found.named(reference).orElseThrow().digest()).isEqualTo(index);
  }

  @Test
  void listsEveryTagOfOneImage() throws Exception {
    ImageDigest digest = fixture.push("team/app", "1");
    fixture.alias("team/app", "1", "stable");
    ImageReference numbered = reference("team/app:1");
    ImageReference stable = reference("team/app:stable");

    assertThat(pull(numbered)).isInstanceOf(PullOutcome.Pulled.class);
    assertThat(runtime.find(stable)).isEmpty();
    assertThat(pull(stable)).isInstanceOf(PullOutcome.Pulled.class);

    assertThat(runtime.list())
        .filteredOn(image -> image.named(numbered).isPresent())
        .singleElement()
        .satisfies(image ->
            assertThat(image.names())
                .contains(
                    new HeldName(numbered.stored(), digest),
                    new HeldName(stable.stored(), digest)));
  }

  @Test
  void pullsOneImageTwiceAtTheSameTime() throws Exception {
    fixture.push("team/app", "1");
    ImageReference reference = reference("team/app:1");
    List<PullOutcome> outcomes = new CopyOnWriteArrayList<>();
    List<Thread> pullers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      pullers.add(
          Thread.startVirtualThread(() -> {
            try {
              outcomes.add(pull(reference));
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }));
    }
    for (Thread puller : pullers) {
      puller.join();
    }

    assertThat(outcomes).hasSize(2).allMatch(PullOutcome.Pulled.class::isInstance);
  }

  @Test
  void tellsThatTheRuntimeIsAwayAndWorksOnOnceItIsBack() throws Exception {
    fixture.push("team/app", "1");
    ImageReference reference = reference("team/app:1");

    fixture.stopRuntime();
    assertThatThrownBy(runtime::info).isInstanceOf(RuntimeUnavailableException.class);
    assertThatThrownBy(runtime::list).isInstanceOf(RuntimeUnavailableException.class);
    assertThatThrownBy(() -> runtime.find(reference))
        .isInstanceOf(RuntimeUnavailableException.class);
    assertFailed(pull(reference), PullReason.RUNTIME_UNAVAILABLE);
    fixture.resumeRuntime();

    assertThat(pull(reference)).isInstanceOf(PullOutcome.Pulled.class);
    assertThat(runtime.find(reference)).isPresent();
  }

  @Test
  void takesAMissingTagForLatest() throws Exception {
    ImageDigest digest = fixture.push("team/app", "latest");
    fixture.push("team/app", "other");
    ImageReference untagged = reference("team/app");

    assertThat(pull(untagged)).isInstanceOf(PullOutcome.Pulled.class);

    assertThat(runtime.find(untagged).orElseThrow().named(untagged).orElseThrow().digest())
        .isEqualTo(digest);
    assertThat(runtime.find(reference("team/app:other"))).isEmpty();
  }

  @Test
  void followsAMovedTagOnlyWhenAskedToPullAgain() throws Exception {
    ImageReference reference = reference("team/app:1");
    ImageDigest before = fixture.push("team/app", "1");
    assertThat(pull(reference)).isInstanceOf(PullOutcome.Pulled.class);
    ImageDigest after = fixture.push("team/app", "1");

    assertThat(runtime.find(reference).orElseThrow().named(reference).orElseThrow().digest())
        .isEqualTo(before);
    assertThat(pull(reference)).isInstanceOf(PullOutcome.Pulled.class);
    assertThat(runtime.find(reference).orElseThrow().named(reference).orElseThrow().digest())
        .isEqualTo(after);
  }

  @Test
  void doesNotTakeAnImageIdForAName() throws Exception {
    fixture.push("team/app", "1");
    assertThat(pull(reference("team/app:1"))).isInstanceOf(PullOutcome.Pulled.class);
    String id = runtime.find(reference("team/app:1")).orElseThrow().id();
    String idPrefix = id.substring(id.indexOf(':') + 1).substring(0, 12);

    assertThat(runtime.find(ImageReference.parse(idPrefix))).isEmpty();
  }

  @Test
  void reportsMovementWhilePulling() throws Exception {
    fixture.push("team/app", "1");
    List<PullProgress> seen = new CopyOnWriteArrayList<>();

    runtime.pull(reference("team/app:1"), RegistryCredential.ANONYMOUS, seen::add);

    assertThat(seen).isNotEmpty();
  }

  @Test
  void saysNotFoundOfAnUnknownTag() throws Exception {
    fixture.push("team/app", "1");

    assertFailed(pull(reference("team/app:absent")), PullReason.NOT_FOUND);
  }

  @Test
  void saysNotFoundOfAnUnknownRepository() throws Exception {
    assertFailed(pull(reference("team/absent:1")), PullReason.NOT_FOUND);
  }

  @Test
  void saysRegistryUnavailableWhenNothingListens() throws Exception {
    assertFailed(
        pull(ImageReference.parse(fixture.deadRegistry() + "/team/app:1")),
        PullReason.REGISTRY_UNAVAILABLE);
  }

  @Test
  void endsAStalledPullWhenInterrupted() throws Exception {
    ImageReference stalled = ImageReference.parse(fixture.stalledRegistry() + "/team/app:1");
    List<String> ends = new CopyOnWriteArrayList<>();
    Thread puller =
        Thread.startVirtualThread(() -> {
          try {
            ends.add(pull(stalled).toString());
          } catch (InterruptedException e) {
            ends.add("interrupted");
          }
        });

    fixture.awaitRequestAtStalledRegistry();
    puller.interrupt();
    puller.join();

    assertThat(ends).containsExactly("interrupted");
    assertThat(runtime.find(stalled)).isEmpty();
  }
}
