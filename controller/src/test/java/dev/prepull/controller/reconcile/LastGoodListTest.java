package dev.prepull.controller.reconcile;

import static dev.prepull.controller.reconcile.TestController.list;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.list.RawList;
import dev.prepull.controller.reconcile.ListEvents.Kind;
import dev.prepull.controller.status.RolloutStatus.ListStatus;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The last good version of a list stays in force, and without one there are no plans. */
class LastGoodListTest {

  private final TestController controller = new TestController();

  @BeforeEach
  void knowANode() {
    controller.observeNodes("n1");
  }

  private ListStatus statusOf(String list) {
    return controller.status().lists().stream()
        .filter(status -> status.name().equals(list))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void keepsThePlanWhenAnEditIsBad() {
    FakeAgent agent = controller.attach("n1");
    controller.observeLists(list("apps", "nginx:1"));
    controller.settle();

    controller.observeLists(list("apps", "nginx:2", "Oops"));
    controller.settle();

    assertThat(agent.plans).containsExactly(List.of("nginx:1"));
    assertThat(statusOf("apps").accepted()).isFalse();
    assertThat(statusOf("apps").errors())
        .containsExactly(
            "ConfigMap apps, key images, line 2, column 1: \"Oops\": is not an image reference: repository name must be lower-case");
  }

  @Test
  void recordsOneEventForEachVersion() {
    controller.observeLists(list("apps", "nginx:1"));
    controller.settle();
    controller.observeLists(list("apps", "Oops"));
    controller.observeLists(list("apps", "Oops"));
    controller.settle();
    controller.observeLists(list("apps", "nginx:2"));
    controller.settle();

    assertThat(controller.eventsOf(Kind.ACCEPTED)).hasSize(2);
    assertThat(controller.eventsOf(Kind.REJECTED))
        .singleElement()
        .asString()
        .contains("the last good version stays in force", "line 1, column 1: \"Oops\"");
  }

  @Test
  void takesTheNextGoodEdit() {
    FakeAgent agent = controller.attach("n1");
    controller.observeLists(list("apps", "nginx:1"));
    controller.observeLists(list("apps", "Oops"));
    controller.settle();

    controller.observeLists(list("apps", "nginx:2"));
    controller.settle();

    assertThat(agent.plans).containsExactly(List.of("nginx:1"), List.of("nginx:2"));
    assertThat(statusOf("apps").accepted()).isTrue();
    assertThat(statusOf("apps").errors()).isEmpty();
  }

  @Test
  void keepsTheGoodVersionOfOneListWhileAnotherIsEdited() {
    FakeAgent agent = controller.attach("n1");
    controller.observeLists(list("apps", "nginx:1"), list("other", "redis:7"));
    controller.settle();

    controller.observeLists(list("apps", "Oops"), list("other", "redis:8"));
    controller.settle();

    assertThat(agent.plans).last().isEqualTo(List.of("nginx:1", "redis:8"));
  }

  @Test
  void sendsNoPlanWhileOfSomeListNoGoodVersionIsKnown() {
    FakeAgent agent = controller.attach("n1");

    controller.observeLists(list("apps", "Oops"), list("other", "redis:7"));
    controller.settle();
    FakeAgent later = controller.attach("n1");
    controller.settle();

    assertThat(agent.plans).isEmpty();
    assertThat(later.plans).isEmpty();
    assertThat(controller.eventsOf(Kind.REJECTED))
        .singleElement()
        .asString()
        .contains("no good version is known, so the nodes keep the plans they have");
  }

  @Test
  void sendsPlansOnceTheBadListIsMended() {
    FakeAgent agent = controller.attach("n1");
    controller.observeLists(list("apps", "Oops"), list("other", "redis:7"));
    controller.settle();

    controller.observeLists(list("apps", "nginx:1"), list("other", "redis:7"));
    controller.settle();

    assertThat(agent.plans).containsExactly(List.of("nginx:1", "redis:7"));
  }

  @Test
  void sendsPlansOnceTheBadListIsDeleted() {
    FakeAgent agent = controller.attach("n1");
    controller.observeLists(list("apps", "Oops"), list("other", "redis:7"));
    controller.settle();

    controller.observeLists(list("other", "redis:7"));
    controller.settle();

    assertThat(agent.plans).containsExactly(List.of("redis:7"));
  }

  @Test
  void showsAnUnreadableSourceUntilItCanBeReadAgain() {
    FakeAgent agent = controller.attach("n1");
    controller.observeLists(list("apps", "nginx:1"));
    controller.settle();

    controller.reconciler.listsUnreadable("the file is gone");
    controller.settle();

    assertThat(statusOf("apps").errors()).containsExactly("the file is gone");
    assertThat(agent.plans).containsExactly(List.of("nginx:1"));

    controller.observeLists(list("apps", "nginx:1"));
    controller.settle();
    assertThat(statusOf("apps").accepted()).isTrue();
    assertThat(agent.plans).hasSize(1);
  }

  @Test
  void showsTheWarningsOfAnAcceptedList() {
    controller.observeLists(list("apps", "nginx"));

    assertThat(statusOf("apps").warnings()).singleElement().asString().contains(":latest");
  }

  @Test
  void followsTheResourceVersionOfAListWhoseTextIsTheSame() {
    controller.observeLists(new RawList("apps", "7", Map.of("images", "a:1"), Set.of()));
    controller.observeLists(new RawList("apps", "8", Map.of("images", "a:1"), Set.of()));

    assertThat(statusOf("apps").resourceVersion()).isEqualTo("8");
    assertThat(controller.events).hasSize(1);
  }
}
