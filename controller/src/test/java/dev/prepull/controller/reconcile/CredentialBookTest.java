package dev.prepull.controller.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.list.ImageEntry;
import dev.prepull.controller.list.NodeTarget;
import dev.prepull.controller.list.PrePullList;
import dev.prepull.controller.list.RolloutSettings;
import dev.prepull.credentials.NodeCredentials;
import dev.prepull.model.ImagePolicy;
import dev.prepull.model.ImageReference;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlannedImage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What was matched is shared by all who need the same, and kept no longer than it holds. */
class CredentialBookTest {

  private static final PullObject A = PullObject.secret("a");
  private static final PullObject B = PullObject.secret("b");

  private final CredentialBook book =
      new CredentialBook(new FakePullObjects(), RegistryTokens.NONE);

  private static ImageEntry entry(String image, String secret) {
    return new ImageEntry(
        ImageReference.parse(image),
        ImagePolicy.DEFAULT,
        NodeTarget.ANY,
        Duration.ofHours(1),
        List.of(secret),
        List.of());
  }

  private static NodePlan plan(String... images) {
    return NodePlan.of(
        List.of(images).stream()
            .map(image -> new PlannedImage(ImageReference.parse(image), ImagePolicy.DEFAULT))
            .toList());
  }

  private void lists(ImageEntry... entries) {
    book.lists(
        List.of(new PrePullList("apps", RolloutSettings.DEFAULT, List.of(entries))),
        (object, sighting) -> {},
        (registry, token) -> {});
  }

  private boolean observed(PullObject object, Sighting sighting) {
    return book.observed(object, sighting, (other, ignored) -> {});
  }

  @Test
  void givesEqualPlansTheSameObject() {
    lists(entry("a.example/app:1", "a"));
    observed(A, FakePullObjects.secretFor("a", "a.example"));

    NodeCredentials first = book.of(plan("a.example/app:1"));

    assertThat(first.images()).hasSize(1);
    assertThat(book.of(plan("a.example/app:1"))).isSameAs(first);
  }

  @Test
  void givesTheSameObjectWhenSomethingElseHasChanged() {
    lists(entry("a.example/app:1", "a"), entry("b.example/app:1", "b"));
    observed(A, FakePullObjects.secretFor("a", "a.example"));
    observed(B, FakePullObjects.secretFor("b", "b.example"));
    NodeCredentials before = book.of(plan("a.example/app:1"));

    assertThat(observed(B, FakePullObjects.secretFor("other", "b.example"))).isTrue();

    assertThat(book.of(plan("a.example/app:1"))).isSameAs(before);
  }

  @Test
  void givesAnotherObjectWhenACredentialHasChanged() {
    lists(entry("a.example/app:1", "a"));
    observed(A, FakePullObjects.secretFor("a", "a.example"));
    NodeCredentials before = book.of(plan("a.example/app:1"));

    observed(A, FakePullObjects.secretFor("other", "a.example"));

    assertThat(book.of(plan("a.example/app:1"))).isNotEqualTo(before);
  }

  @Test
  void passesOverWhatIsTheSameAndWhatNobodyNeeds() {
    lists(entry("a.example/app:1", "a"));

    assertThat(observed(A, FakePullObjects.secretFor("a", "a.example"))).isTrue();
    assertThat(observed(A, FakePullObjects.secretFor("a", "a.example"))).isFalse();
    assertThat(observed(B, new Sighting.Missing())).isFalse();
  }

  @Test
  void isCompleteOnceEverythingHasBeenLookedFor() {
    assertThat(book.isIncomplete()).isFalse();
    lists(entry("a.example/app:1", "a"));
    assertThat(book.isIncomplete()).isTrue();

    observed(A, new Sighting.Missing());

    assertThat(book.isIncomplete()).isFalse();
  }
}
