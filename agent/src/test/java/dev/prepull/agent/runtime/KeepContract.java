package dev.prepull.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.agent.runtime.RuntimeFixture.Ability;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How a runtime protects images, tells who has touched them, and gives them up again. */
interface KeepContract extends RuntimeUnderTest {

  @Test
  default void removesANameAndWhatItStoodFor() throws Exception {
    ImageReference reference = reference("team/app:1");
    here().push("team/app", "1");
    assertPulled(pull(reference));

    RemovalOutcome outcome = runtime().remove(reference);

    assertThat(outcome).isEqualTo(new RemovalOutcome.Removed());
    assertThat(runtime().find(reference)).isEmpty();
    assertThat(runtime().list())
        .flatExtracting(image -> image.names())
        .noneMatch(name -> name.name().startsWith(reference.name()));
  }

  @Test
  default void removesADigestReference() throws Exception {
    ImageReference reference = reference("team/app@" + here().push("team/app", "1"));
    assertPulled(pull(reference));

    RemovalOutcome outcome = runtime().remove(reference);

    assertThat(outcome).isEqualTo(new RemovalOutcome.Removed());
    assertThat(runtime().find(reference)).isEmpty();
  }

  @Test
  default void hasNothingToRemoveOfWhatItDoesNotHold() throws Exception {
    assertThat(runtime().remove(reference("team/absent:1")))
        .isEqualTo(new RemovalOutcome.Removed());
  }

  @Test
  default void keepsTheOtherTagsOfAnImage() throws Exception {
    ImageDigest digest = here().push("team/app", "1");
    here().alias("team/app", "1", "stable");
    assertPulled(pull(reference("team/app:1")));
    assertPulled(pull(reference("team/app:stable")));

    RemovalOutcome outcome = runtime().remove(reference("team/app:1"));

    assertThat(outcome).isEqualTo(new RemovalOutcome.Removed());
    assertThat(runtime().find(reference("team/app:1"))).isEmpty();
    assertResolves(reference("team/app:stable"), digest);
  }

  @Test
  default void keepsWhatTheTagStoodForBefore() throws Exception {
    ImageReference reference = reference("team/app:1");
    ImageDigest old = here().push("team/app", "1");
    assertPulled(pull(reference));
    here().push("team/app", "1");
    assertPulled(pull(reference));

    RemovalOutcome outcome = runtime().remove(reference);

    assertThat(outcome).isEqualTo(new RemovalOutcome.Removed());
    assertThat(runtime().find(reference)).isEmpty();
    assertThat(runtime().find(reference("team/app@" + old)).isPresent())
        .isEqualTo(here().can(Ability.KEEP_MOVED));
  }

  @Test
  default void keepsWhatAContainerUses() throws Exception {
    ImageReference reference = reference("team/app:1");
    ImageDigest digest = here().push("team/app", "1");
    assertPulled(pull(reference));
    here().createContainer(reference);

    RemovalOutcome outcome = runtime().remove(reference);

    assertThat(outcome)
        .isInstanceOfSatisfying(
            RemovalOutcome.Kept.class, kept -> assertThat(kept.why()).contains("container"));
    assertResolves(reference, digest);
    here().removeContainers();
    assertThat(runtime().remove(reference)).isEqualTo(new RemovalOutcome.Removed());
  }

  @Test
  default void pinsAndUnpinsWhereItCan() throws Exception {
    ImageReference reference = reference("team/app:1");
    here().push("team/app", "1");
    assertPulled(pull(reference));

    boolean pinned = runtime().pin(reference, true);

    assertThat(pinned).isEqualTo(here().can(Ability.PIN));
    assertThat(runtime().find(reference).orElseThrow().pinned()).isEqualTo(here().can(Ability.PIN));
    boolean ignored = runtime().pin(reference, false);
    assertThat(runtime().find(reference).orElseThrow().pinned()).isFalse();
  }

  @Test
  default void doesNotPinWhatItDoesNotHold() throws Exception {
    assertThat(runtime().pin(reference("team/absent:1"), true)).isFalse();
  }

  @Test
  default void keepsAPinWhenItConverges() throws Exception {
    ImageReference reference = reference("team/app:1");
    here().push("team/app", "1");
    assertPulled(pull(reference));
    ImageDigest locked = here().push("team/app", "1");
    boolean ignored = runtime().pin(reference, true);

    assertPulled(converge(reference, locked));

    assertThat(runtime().find(reference).orElseThrow().pinned()).isEqualTo(here().can(Ability.PIN));
  }

  @Test
  default void stampsWhatSomebodyElsePullsAgain() throws Exception {
    ImageReference reference = reference("team/app:1");
    here().push("team/app", "1");
    assertPulled(pull(reference));
    Optional<String> before = runtime().stamp(reference);

    here().pullByOther(reference);

    assertThat(before.isPresent()).isEqualTo(here().can(Ability.STAMP));
    if (here().can(Ability.STAMP)) {
      assertThat(runtime().stamp(reference)).isPresent().isNotEqualTo(before);
    }
  }

  @Test
  default void stampsWhatIsPulledAgainAsTheKubeletDoes() throws Exception {
    ImageReference reference = reference("team/app:1");
    here().push("team/app", "1");
    assertPulled(pull(reference));
    Optional<String> before = runtime().stamp(reference);

    assertPulled(pull(reference));

    if (here().can(Ability.STAMP)) {
      assertThat(runtime().stamp(reference)).isPresent().isNotEqualTo(before);
    }
  }

  @Test
  default void keepsItsStampWhenTheTagStandsForTheDigestAlready() throws Exception {
    ImageReference reference = reference("team/app:1");
    ImageDigest locked = here().push("team/app", "1");
    assertPulled(converge(reference, locked));
    Optional<String> before = runtime().stamp(reference);

    assertPulled(converge(reference, locked));

    assertThat(runtime().stamp(reference)).isEqualTo(before);
  }

  @Test
  default void hasNoStampOfWhatItDoesNotHold() throws Exception {
    assertThat(runtime().stamp(reference("team/absent:1"))).isEmpty();
  }
}
