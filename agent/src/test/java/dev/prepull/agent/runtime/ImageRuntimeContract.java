package dev.prepull.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullProgress;
import dev.prepull.model.PullReason;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link ImageRuntime} must do. Run on the fake in unit tests and on real runtimes in
 * the system tests, against a registry that holds what {@link Fixture} says.
 */
public abstract class ImageRuntimeContract {

  /** The runtime under test, empty, and the registry that it can pull from. */
  public interface Fixture extends AutoCloseable {

    /** The runtime under test. */
    ImageRuntime runtime();

    /** Host and port of a registry that answers. */
    String registry();

    /** Pushes a new image with random content and returns the digest of its manifest or index. */
    ImageDigest push(String repository, String tag);

    /** Host and port at which nothing listens. */
    String deadRegistry();

    /** Host and port of a registry that accepts connections and never answers. */
    String stalledRegistry();

    @Override
    void close();
  }

  /** A fresh fixture for each test. */
  protected abstract Fixture fixture() throws Exception;

  private Fixture fixture;
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

  private ImageReference reference(String rest) {
    return ImageReference.parse(fixture.registry() + "/" + rest);
  }

  private PullOutcome pull(ImageReference reference) throws InterruptedException {
    return runtime.pull(reference, progress -> {});
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

    runtime.pull(reference("team/app:1"), seen::add);

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

    puller.interrupt();
    puller.join();

    assertThat(ends).containsExactly("interrupted");
    assertThat(runtime.find(stalled)).isEmpty();
  }

  private static void assertFailed(PullOutcome outcome, PullReason reason) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            PullOutcome.Failed.class,
            failed -> {
              assertThat(failed.reason()).isEqualTo(reason);
              assertThat(failed.message()).isNotBlank().doesNotContain("\n");
            });
  }
}
