package dev.prepull.agent.runtime.cri;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RemovableNamesTest {

  private static final String ID = "sha256:" + "c".repeat(64);
  private static final String DIGEST = "sha256:" + "1".repeat(64);
  private static final String OTHER_DIGEST = "sha256:" + "2".repeat(64);
  private static final String APP = "reg.example/team/app";
  private static final ImageReference TAG = ImageReference.parse(APP + ":1");

  @Test
  void takesAllThreeNamesOfAPullAway() {
    assertThat(names(TAG, APP + ":1", APP + "@" + DIGEST, ID).all())
        .containsExactly(APP + ":1", APP + "@" + DIGEST, ID);
  }

  @Test
  void takesOnlyTheTagAwayWhenAnotherTagNeedsTheRest() {
    RemovableNames names = names(TAG, APP + ":1", APP + ":2", APP + "@" + DIGEST, ID);

    assertThat(names.all()).containsExactly(APP + ":1");
    assertThat(names.siblings()).containsExactly(APP + ":2");
  }

  @Test
  void keepsTheIdForAnotherRepositoryThatHasTheImage() {
    assertThat(names(TAG, APP + ":1", APP + "@" + DIGEST, "reg.example/copy@" + DIGEST, ID).all())
        .containsExactly(APP + ":1", APP + "@" + DIGEST);
  }

  @Test
  void doesNotTakeALongerRepositoryForItsOwn() {
    RemovableNames names =
        names(TAG, APP + ":1", APP + "@" + DIGEST, APP + "-two:1", APP + "/sub:1", ID);

    assertThat(names.all()).containsExactly(APP + ":1", APP + "@" + DIGEST);
    assertThat(names.siblings()).isEmpty();
  }

  @Test
  void keepsTheIdForAnotherDigestOfTheSameImage() {
    Map<String, String> targets = targets(APP + ":1", APP + "@" + DIGEST, ID);
    targets.put(APP + ":zstd", OTHER_DIGEST);

    RemovableNames names =
        new RemovableNames(TAG, image(APP + ":1", APP + "@" + DIGEST, APP + ":zstd"), targets);

    assertThat(names.all()).containsExactly(APP + ":1", APP + "@" + DIGEST);
  }

  @Test
  void takesADigestReferenceAwayOnce() {
    ImageReference byDigest = ImageReference.parse(APP + "@" + DIGEST);

    assertThat(names(byDigest, APP + "@" + DIGEST, ID).all())
        .containsExactly(APP + "@" + DIGEST, ID);
  }

  private static RemovableNames names(ImageReference reference, String... names) {
    return new RemovableNames(reference, image(names), targets(names));
  }

  private static Map<String, String> targets(String... names) {
    Map<String, String> targets = new HashMap<>();
    for (String name : names) {
      targets.put(name, DIGEST);
    }
    return targets;
  }

  private static HeldImage image(String... names) {
    List<HeldName> held =
        Arrays.stream(names)
            .filter(name -> !name.equals(ID))
            .map(name -> new HeldName(name, new ImageDigest(DIGEST)))
            .toList();
    return new HeldImage(ID, held, 1, false);
  }
}
