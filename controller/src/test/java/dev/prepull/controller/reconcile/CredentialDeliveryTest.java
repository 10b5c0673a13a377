package dev.prepull.controller.reconcile;

import static dev.prepull.controller.reconcile.TestController.full;
import static dev.prepull.controller.reconcile.TestController.list;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.credentials.NodeCredentials;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageState;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which credentials agents get, when, and what is told of those that are not there. */
class CredentialDeliveryTest {

  private static final String APP = "reg.example/team/app:1";
  private static final String WEB = "reg.example/team/web:1";

  private final TestController controller = new TestController();

  private FakeAgent start(String list) {
    controller.observeLists(full("apps", list));
    controller.observeNodes("n1");
    FakeAgent agent = controller.attach("n1");
    controller.settle();
    return agent;
  }

  private static String wants(String image, String... fields) {
    return "images: [{image: \"%s\", %s}]".formatted(image, String.join(", ", fields));
  }

  /** The users of the credentials that were sent last for an image, in order. */
  private static List<String> users(FakeAgent agent, String image) {
    return agent.shown.getLast().of(ImageReference.parse(image)).credentials().stream()
        .map(RegistryCredential::username)
        .toList();
  }

  private static List<String> problems(FakeAgent agent, String image) {
    return agent.shown.getLast().of(ImageReference.parse(image)).problems();
  }

  private List<String> warnings() {
    return controller.status().lists().getFirst().warnings();
  }

  private List<String> events() {
    return controller.eventsOf(ListEvents.Kind.CREDENTIAL_PROBLEM);
  }

  // --- which ---

  @Test
  void showsTheSecretsOfAnImageInTheOrderInWhichTheyStand() {
    controller.objects.putSecret("b", "reg.example");
    controller.objects.putSecret("a", "reg.example");

    FakeAgent agent = start(wants(APP, "pullSecrets: [b, a]"));

    assertThat(users(agent, APP)).containsExactly("b-user", "a-user");
    assertThat(agent.shown.getLast().of(ImageReference.parse(APP)).credentials())
        .extracting(RegistryCredential::source)
        .containsExactly("Secret ns/b", "Secret ns/a");
  }

  @Test
  void showsOnlyWhatFitsTheImage() {
    controller.objects.putSecret("mixed", "reg.example/team/web", "other.example");

    FakeAgent agent =
        start("defaults: {pullSecrets: [mixed]}\nimages: [\"%s\", \"%s\"]".formatted(APP, WEB));

    assertThat(agent.shown.getLast().images().keySet()).containsExactly(ImageReference.parse(WEB));
  }

  @Test
  void takesTheSecretsOfServiceAccountsAfterThoseThatAreNamed() {
    controller.objects.putServiceAccount("builder", "from-account", "second");
    controller.objects.putSecret("from-account", "reg.example");
    controller.objects.putSecret("second", "reg.example");
    controller.objects.putSecret("named", "reg.example");

    FakeAgent agent = start(wants(APP, "serviceAccounts: [builder]", "pullSecrets: [named]"));

    assertThat(users(agent, APP)).containsExactly("named-user", "from-account-user", "second-user");
  }

  @Test
  void joinsTheSecretsOfSeveralListsInTheOrderOfTheirNames() {
    controller.objects.putSecret("one", "reg.example");
    controller.objects.putSecret("two", "reg.example");
    controller.observeLists(
        full("z", wants(APP, "pullSecrets: [two]")), full("a", wants(APP, "pullSecrets: [one]")));
    controller.observeNodes("n1");

    FakeAgent agent = controller.attach("n1");
    controller.settle();

    assertThat(users(agent, APP)).containsExactly("one-user", "two-user");
  }

  @Test
  void doesNotMixUpImagesThatNameTheSameSecretsInAnotherOrder() {
    controller.objects.putSecret("a", "reg.example");
    controller.objects.putSecret("b", "reg.example");

    FakeAgent agent =
        start(
            "images: [{image: \"%s\", pullSecrets: [a, b]}, {image: \"%s\", pullSecrets: [b, a]}]"
                .formatted(APP, WEB));

    assertThat(users(agent, APP)).containsExactly("a-user", "b-user");
    assertThat(users(agent, WEB)).containsExactly("b-user", "a-user");
  }

  @Test
  void triesTokensOfTheRegistryAfterTheSecrets() {
    controller.tokens.mine.add("reg.example");
    controller.objects.putSecret("a", "reg.example");
    FakeAgent agent = start(wants(APP, "pullSecrets: [a]"));

    controller.tokens.tell(
        "reg.example",
        RegistryToken.of(RegistryCredential.ofPassword("Cloud", "cloud-user", "cloud-pass")));
    controller.settle();

    assertThat(controller.tokens.needs).containsExactly(Set.of("reg.example"));
    assertThat(users(agent, APP)).containsExactly("a-user", "cloud-user");
  }

  // --- when ---

  @Test
  void bringsCredentialsAfterThePlanAndBeforeItsPermits() {
    controller.objects.putSecret("a", "reg.example");
    FakeAgent agent = start(wants(APP, "pullSecrets: [a]"));

    agent.reports(ImageState.WAITING, APP);
    controller.settle();

    assertThat(agent.kinds).startsWith("plan", "credentials", "permits");
  }

  @Test
  void tellsAnAgentNothingAsLongAsThereAreNone() {
    FakeAgent agent = start("images: [nginx:1]");

    controller.observeLists(list("apps", "nginx:2"));
    controller.settle();

    assertThat(agent.plans).hasSize(2);
    assertThat(agent.shown).isEmpty();
  }

  @Test
  void sendsAgainOnlyWhatHasChanged() {
    controller.objects.putSecret("a", "reg.example");
    FakeAgent agent = start(wants(APP, "pullSecrets: [a]"));

    controller.objects.putSecret("a", "reg.example");
    controller.observeLists(full("apps", wants(APP, "pullSecrets: [a]", "priority: 3")));
    controller.settle();

    assertThat(agent.plans).hasSize(2);
    assertThat(agent.shown).hasSize(1);
  }

  @Test
  void sendsARotatedSecretAtOnceAndNoPlan() {
    controller.objects.putSecret("a", "reg.example");
    FakeAgent agent = start(wants(APP, "pullSecrets: [a]"));

    controller.objects.rotateSecret("a", "rotated", "reg.example");
    controller.loop.advance(Duration.ofMillis(100));

    assertThat(users(agent, APP)).containsExactly("rotated-user");
    assertThat(agent.plans).hasSize(1);
  }

  @Test
  void takesCredentialsBackWhenTheSecretIsNoLongerNamed() {
    controller.objects.putSecret("a", "reg.example");
    FakeAgent agent = start(wants(APP, "pullSecrets: [a]"));

    controller.observeLists(full("apps", wants(APP, "priority: 3")));
    controller.settle();

    assertThat(agent.shown).last().isEqualTo(NodeCredentials.EMPTY);
    assertThat(controller.objects.needs).last().isEqualTo(Set.of());
  }

  @Test
  void followsAServiceAccountToOtherSecrets() {
    controller.objects.putServiceAccount("builder", "a");
    controller.objects.putSecret("a", "reg.example");
    controller.objects.putSecret("b", "reg.example");
    FakeAgent agent = start(wants(APP, "serviceAccounts: [builder]"));

    controller.objects.putServiceAccount("builder", "b");
    controller.settle();

    assertThat(users(agent, APP)).containsExactly("b-user");
    assertThat(controller.objects.needs)
        .last()
        .isEqualTo(Set.of(PullObject.serviceAccount("builder"), PullObject.secret("b")));
  }

  @Test
  void givesEveryNodeWhatItsOwnPlanNeeds() {
    controller.objects.putSecret("a", "reg.example");
    controller.observeLists(
        full(
            "apps",
            "images: [{image: \"%s\", pullSecrets: [a], platforms: [linux/arm64]}, nginx:1]"
                .formatted(APP)));
    controller.observeNodes("n1");

    FakeAgent agent = controller.attach("n1");
    controller.settle();

    assertThat(agent.plans).containsExactly(List.of("nginx:1"));
    assertThat(agent.shown).isEmpty();
  }

  // --- waiting for what is looked for the first time ---

  @Test
  void holdsAPlanBackUntilItsSecretsHaveBeenLookedFor() {
    controller.observeLists(full("apps", wants(APP, "pullSecrets: [a]")));
    controller.observeNodes("n1");
    FakeAgent agent = controller.attach("n1");
    controller.settle();
    assertThat(agent.plans).isEmpty();

    controller.objects.putSecret("a", "reg.example");
    controller.settle();

    assertThat(agent.plans).hasSize(1);
    assertThat(agent.shown).hasSize(1);
  }

  @Test
  void doesNotWaitLongForAnAnswerThatDoesNotCome() {
    controller.tokens.mine.add("reg.example");
    controller.observeLists(full("apps", wants(APP, "pullSecrets: [a]")));
    controller.observeNodes("n1");
    FakeAgent agent = controller.attach("n1");

    controller.loop.advance(CredentialDesk.PATIENCE.plus(Duration.ofMillis(200)));
    assertThat(agent.plans).hasSize(1);

    controller.objects.putSecret("a", "reg.example");
    controller.settle();
    assertThat(users(agent, APP)).containsExactly("a-user");
  }

  // --- problems ---

  @Test
  void tellsAMissingSecretInStatusEventAndPullsAndNoMoreOnceItIsThere() {
    controller.objects.putSecret("good", "reg.example");
    controller.objects.put(PullObject.secret("gone"), new Sighting.Missing());
    FakeAgent agent = start(wants(APP, "pullSecrets: [gone, good]"));
    String problem = "Secret ns/gone: does not exist; create it, or take it out of the list";

    assertThat(users(agent, APP)).containsExactly("good-user");
    assertThat(problems(agent, APP)).containsExactly(problem);
    assertThat(warnings()).containsExactly(problem);
    assertThat(events()).containsExactly("apps CredentialProblem: " + problem);

    controller.objects.putSecret("gone", "reg.example");
    controller.settle();

    assertThat(users(agent, APP)).containsExactly("gone-user", "good-user");
    assertThat(problems(agent, APP)).isEmpty();
    assertThat(warnings()).isEmpty();
    assertThat(events()).hasSize(1);
  }

  @Test
  void tellsAProblemAgainWhenItComesBack() {
    controller.objects.putSecret("a", "reg.example");
    start(wants(APP, "pullSecrets: [a]"));

    for (int i = 0; i < 2; i++) {
      controller.objects.put(PullObject.secret("a"), new Sighting.Missing());
      controller.settle();
      controller.objects.putSecret("a", "reg.example");
      controller.settle();
    }

    assertThat(events()).hasSize(2);
  }

  @Test
  void keepsWhatWasReadOfASecretThatCannotBeReadAnyMore() {
    controller.objects.putSecret("a", "reg.example");
    FakeAgent agent = start(wants(APP, "pullSecrets: [a]"));

    controller.objects.put(PullObject.secret("a"), new Sighting.Unreadable("cannot be read: 403"));
    controller.settle();

    assertThat(users(agent, APP)).containsExactly("a-user");
    assertThat(warnings()).containsExactly("Secret ns/a: cannot be read: 403");
  }

  @Test
  void tellsWhyARegistryHasNoToken() {
    controller.tokens.mine.add("reg.example");
    FakeAgent agent = start("images: [\"%s\"]".formatted(APP));

    controller.tokens.tell("reg.example", RegistryToken.missing("Cloud: no identity"));
    controller.settle();

    assertThat(problems(agent, APP)).containsExactly("Cloud: no identity");
    assertThat(warnings()).containsExactly("Cloud: no identity");
    assertThat(controller.status().doctor()).isEmpty();
  }

  // --- advice ---

  @Test
  void advisesWhoeverListsImagesWithCredentials() {
    controller.objects.putSecret("a", "reg.example");
    start(wants(APP, "pullSecrets: [a]"));

    assertThat(controller.status().doctor())
        .singleElement()
        .asString()
        .contains("every Pod of a node", "AlwaysVerify", "docs/guides/private-registries.md");

    controller.observeLists(list("apps", "nginx:1"));
    controller.settle();
    assertThat(controller.status().doctor()).isEmpty();
  }

  @Test
  void showsNoSecretInStatusAndEvents() {
    controller.objects.put(
        PullObject.secret("a"),
        FakePullObjects.secret(
            "kubernetes.io/dockerconfigjson", ".dockerconfigjson", "{\"auths\": \"Geheim-1\"}"));
    controller.objects.putSecret("b", "reg.example");
    FakeAgent agent = start(wants(APP, "pullSecrets: [a, b]"));

    String shown = controller.status() + " " + controller.events + agent.shown;

    assertThat(shown).contains("Secret ns/a").doesNotContain("Geheim-1", "b-user", "b-pass");
  }
}
