package dev.prepull.agent.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageReference;
import dev.prepull.program.StartupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The kubelet's credential providers, as shell scripts. Rows are taken from the kubelet's own
 * tables.
 *
 * @see <a
 *     href="https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/credentialprovider/plugin/plugin_test.go">plugin/plugin_test.go
 *     of Kubernetes 1.36.2</a>
 */
class ExecProvidersTest {

  private static final Duration AMPLE = Duration.ofMinutes(1);

  @TempDir private Path directory;
  private Path programs;
  private Path config;
  private Instant now = Instant.EPOCH;
  private final Clock clock = ((InstantSource) () -> now).withZone(ZoneOffset.UTC);

  @BeforeEach
  void hasDirectories() {
    programs = directory.resolve("bin");
    config = directory.resolve("config.yaml");
  }

  @ParameterizedTest(name = "{0} gets an answer for {1} by {2}")
  @CsvSource({
    "test.registry.io, test.registry.io/foo/bar, Registry",
    "test.registry.io/foo/bar, test.registry.io/foo/bar, Image",
    "test.registry.io, test.registry.io/app, Global",
    "*.registry.io:8080, test.registry.io:8080/foo, Registry",
    "*.*.registry.io, foo.bar.registry.io/foo/bar, Image",
    "*.registry.io, test.registry.io/app, Global",
  })
  void asksTheProgramForWhatItsPatternsMatch(String pattern, String image, String cacheKeyType)
      throws Exception {
    plugin("test", answer(cacheKeyType, "\"1m\"", "user", pattern));
    writeConfig(provider("test", pattern));

    assertThat(open().find(ImageReference.parse(image)))
        .isEqualTo(
            new FoundCredentials(
                List.of(
                    RegistryCredential.ofPassword("credential provider test", "user", "s3cret")),
                List.of()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1", "v1beta1", "v1alpha1"})
  void sendsTheRequestOfTheKubelet(String version) throws Exception {
    plugin(
        "test",
        "cat > %s; echo '%s'"
            .formatted(
                directory.resolve("request"),
                response("Image", "\"1m\"", "user", "test.registry.io")
                    .replace("k8s.io/v1", "k8s.io/" + version)));
    writeConfig(provider("test", "test.registry.io").replace("k8s.io/v1", "k8s.io/" + version));

    assertThat(find(open(), "test.registry.io/foobar:tag")).isEqualTo("user");
    assertThat(directory.resolve("request"))
        .hasContent(
            "{\"kind\":\"CredentialProviderRequest\",\"apiVersion\":\"credentialprovider.kubelet.k8s.io/%s\",\"image\":\"test.registry.io/foobar\"}\n"
                .formatted(version));
  }

  @Test
  void sendsTheWholeNameOfAnImageOfDockerHub() throws Exception {
    plugin("test", "cat > %s".formatted(directory.resolve("request")));
    writeConfig(provider("test", "docker.io"));

    find(open(), "nginx");

    assertThat(directory.resolve("request")).content().contains("\"docker.io/library/nginx\"");
  }

  @Test
  void givesTheProgramItsArgumentsAndEnvironment() throws Exception {
    plugin(
        "test",
        "sed s/USER/\"$1-$2-$OWN\"/ <<'E'\n%s\nE\n"
            .formatted(response("Image", "\"1m\"", "USER", "reg.example")));
    writeConfig(
        provider("test", "reg.example")
            + "    args: [get, all]\n    env: [{name: OWN, value: variable}]\n");

    assertThat(find(open(), "reg.example/app")).isEqualTo("get-all-variable");
  }

  @Test
  void asksNoProgramForOtherImages() throws Exception {
    plugin("test", "exit 1");
    writeConfig(provider("test", "reg.example"));

    assertThat(open().find(ImageReference.parse("other.example/app")))
        .isEqualTo(new FoundCredentials(List.of(), List.of()));
  }

  @Test
  void joinsTheAnswersOfSeveralProvidersInTheirOrder() throws Exception {
    plugin("one", answer("Image", "null", "first", "reg.example"));
    plugin("two", answer("Image", "null", "second", "reg.example"));
    plugin("three", answer("Image", "null", "path", "reg.example/app"));
    writeConfig(
        provider("one", "reg.example") + provider("two", "*.example") + provider("three", "reg.*"));

    assertThat(find(open(), "reg.example/app")).isEqualTo("path first second");
  }

  @ParameterizedTest(name = "{0}: {2} of {1}")
  @CsvSource({
    // the same image
    "Image, a.registry.io/app a.registry.io/app:2, 1",
    "Registry, a.registry.io/app a.registry.io/app:2, 1",
    "Global, a.registry.io/app a.registry.io/app:2, 1",
    // the same registry
    "Image, a.registry.io/app a.registry.io/other, 2",
    "Registry, a.registry.io/app a.registry.io/other, 1",
    "Global, a.registry.io/app a.registry.io/other, 1",
    // another registry
    "Image, a.registry.io/app b.registry.io/app, 2",
    "Registry, a.registry.io/app b.registry.io/app, 2",
    "Global, a.registry.io/app b.registry.io/app, 1",
  })
  void runsTheProgramAgainOnlyForWhatAnAnswerDoesNotHoldFor(
      String cacheKeyType, String images, int runs) throws Exception {
    plugin("test", answer(cacheKeyType, "\"1m\"", "user", "*.registry.io"));
    writeConfig(provider("test", "*.registry.io"));
    ExecProviders providers = open();

    for (String image : images.split(" ")) {
      assertThat(find(providers, image)).isEqualTo("user");
    }

    assertThat(runs()).isEqualTo(runs);
  }

  @ParameterizedTest(name = "{0} by itself, {1} by default: after {2} s {3} runs")
  @CsvSource({
    "'\"1m\"', 1h, 60, 1",
    "'\"1m\"', 1h, 61, 2",
    "null, 1h, 3600, 1",
    "null, 1h, 3601, 2",
    "'\"0s\"', 1h, 0, 2",
    "'\"0\"', 1h, 0, 2",
    "null, 0s, 0, 2",
    "'\"1m\"', 0s, 60, 1",
  })
  void runsTheProgramAgainWhenItsAnswerNoLongerHolds(
      String duration, String byDefault, int seconds, int runs) throws Exception {
    plugin("test", answer("Registry", duration, "user", "reg.example"));
    writeConfig(provider("test", "reg.example").replace("10m", byDefault));
    ExecProviders providers = open();
    find(providers, "reg.example/app");

    now = now.plusSeconds(seconds);

    assertThat(find(providers, "reg.example/app")).isEqualTo("user");
    assertThat(runs()).isEqualTo(runs);
  }

  @Test
  void remembersAlsoThatThereIsNone() throws Exception {
    plugin(
        "test",
        "echo x >> %s; echo '{\"kind\":\"CredentialProviderResponse\",\"apiVersion\":\"credentialprovider.kubelet.k8s.io/v1\",\"cacheKeyType\":\"Global\"}'"
            .formatted(directory.resolve("runs")));
    writeConfig(provider("test", "reg.example"));
    ExecProviders providers = open();

    assertThat(find(providers, "reg.example/app")).isEmpty();
    assertThat(find(providers, "reg.example/app")).isEmpty();
    assertThat(runs()).isEqualTo(1);
  }

  @Test
  void runsTheProgramOnceForAllWhoAskAtTheSameTime() throws Exception {
    plugin("test", answer("Registry", "\"1m\"", "user", "reg.example"));
    writeConfig(provider("test", "reg.example"));
    ExecProviders providers = open();

    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> answers =
          IntStream.range(0, 20)
              .mapToObj(i -> threads.submit(() -> find(providers, "reg.example/app" + i)))
              .toList();
      for (Future<String> answer : answers) {
        assertThat(answer.get()).isEqualTo("user");
      }
    }

    assertThat(runs()).isEqualTo(1);
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '¦',
      value = {
        "echo 'KEY hunter2 is not valid, token=s3cret' >&2; exit 2 ¦ ended with 2 when asked for reg.example/app: KEY … is not valid, token=…",
        "echo s3cret; exit 1 ¦ ended with 1 when asked for reg.example/app",
        "echo s3cret ¦ gave an answer for reg.example/app that is not JSON; expected a CredentialProviderResponse",
      })
  void saysWhyThereIsNoAnswerWithoutSecrets(String script, String what) throws Exception {
    plugin("test", script);
    writeConfig(provider("test", "reg.example") + "    env: [{name: MY_KEY, value: hunter2}]\n");

    assertThat(problem(open())).isEqualTo("credential provider test: " + what);
  }

  @Test
  void saysThatTheProgramTookTooLong() throws Exception {
    plugin("test", "exec tail -f /dev/null");
    writeConfig(provider("test", "reg.example"));
    ExecProviders providers = ExecProviders.open(config, programs, Duration.ofMillis(200), clock);

    assertThat(problem(providers))
        .isEqualTo(
            "credential provider test: %s did not end within 200ms"
                .formatted(programs.resolve("test")));
  }

  @Test
  void saysThatThereIsNoPodWhoseTokenAProgramCouldHave() throws Exception {
    plugin("test", "exit 1");
    writeConfig(
        provider("test", "reg.example")
            + "    tokenAttributes: {serviceAccountTokenAudience: a, cacheType: Token, requireServiceAccount: true}\n");

    assertThat(problem(open()))
        .startsWith(
            "credential provider test: works with the service account token of a Pod alone");
  }

  @Test
  void goesOnWithTheOthersWhereOneFails() throws Exception {
    plugin("broken", "exit 1");
    plugin("test", answer("Image", "null", "user", "reg.example"));
    writeConfig(provider("broken", "reg.example") + provider("test", "reg.example"));

    FoundCredentials found = open().find(ImageReference.parse("reg.example/app"));

    assertThat(found.credentials()).hasSize(1);
    assertThat(found.problems()).hasSize(1);
  }

  @Test
  void asksAProgramThatFailedAgain() throws Exception {
    plugin("test", "exit 1");
    writeConfig(provider("test", "reg.example"));
    ExecProviders providers = open();
    find(providers, "reg.example/app");

    plugin("test", answer("Image", "null", "user", "reg.example"));

    assertThat(find(providers, "reg.example/app")).isEqualTo("user");
  }

  @Test
  void joinsTheFilesOfADirectoryInTheOrderOfTheirNames() throws Exception {
    for (String name : List.of("a", "b", "c")) {
      plugin(name, answer("Image", "null", name, "reg.example"));
    }
    config = directory.resolve("config");
    write(config.resolve("2.yaml"), provider("c", "reg.example"));
    write(config.resolve("1.yml"), provider("b", "reg.example"));
    write(config.resolve("0.json"), provider("a", "reg.example"));
    Files.writeString(config.resolve("notes.txt"), "no config");
    Files.createDirectory(config.resolve("more.yaml"));

    assertThat(find(open(), "reg.example/app")).isEqualTo("a b c");
  }

  @Test
  void refusesADirectoryWithoutConfigs() throws Exception {
    config = Files.createDirectory(directory.resolve("config"));
    Files.writeString(config.resolve("config.txt"), "text");

    assertThatThrownBy(this::open)
        .isInstanceOf(StartupException.class)
        .hasMessage(
            "Tried to read --credential-provider-config %s but failed: no .yaml, .yml or .json file is in it."
                .formatted(config));
  }

  @Test
  void refusesAProviderThatStandsInTwoFiles() throws Exception {
    plugin("duplicate", "exit 1");
    config = directory.resolve("config");
    write(config.resolve("1.yaml"), provider("duplicate", "registry.io/one"));
    write(config.resolve("2.yaml"), provider("duplicate", "registry.io/two"));

    assertThatThrownBy(this::open)
        .hasMessage(
            "Tried to read --credential-provider-config %s but failed: the provider duplicate stands in another file as well; leave one."
                .formatted(config.resolve("2.yaml")));
  }

  @Test
  void refusesAFileThatIsNotThere() {
    assertThatThrownBy(this::open)
        .isInstanceOf(StartupException.class)
        .hasMessage(
            "Tried to read --credential-provider-config %s but failed: it is not there; name the kubelet's file, and mount it where the agent runs in a container."
                .formatted(config));
  }

  @Test
  void refusesAFileThatTheKubeletRefuses() throws Exception {
    writeConfig(provider("test", "reg.example") + "    unknownField: s3cret\n");

    assertThatThrownBy(this::open)
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("providers[0].unknownField: unknown field")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void refusesAProviderWithoutAProgram() throws Exception {
    writeConfig(provider("test", "reg.example"));

    assertThatThrownBy(this::open)
        .hasMessage(
            "Tried to read --credential-provider-config %s but failed: there is no program %s; --credential-provider-bin-dir has to name a directory of the node's plugins."
                .formatted(config, programs.resolve("test")));
  }

  private ExecProviders open() throws StartupException {
    return ExecProviders.open(config, programs, AMPLE, clock);
  }

  private static String find(ExecProviders providers, String image) throws InterruptedException {
    FoundCredentials found = providers.find(ImageReference.parse(image));
    return String.join(
        " ", found.credentials().stream().map(RegistryCredential::username).toList());
  }

  private static String problem(ExecProviders providers) throws InterruptedException {
    return String.join(" ", providers.find(ImageReference.parse("reg.example/app")).problems());
  }

  private void plugin(String name, String script) throws IOException {
    Scripts.write(programs.resolve(name), script);
  }

  /** A script that counts its runs and answers with a credential. */
  private String answer(String cacheKeyType, String duration, String user, String pattern) {
    return "echo x >> %s; echo '%s'"
        .formatted(directory.resolve("runs"), response(cacheKeyType, duration, user, pattern));
  }

  private static String response(
      String cacheKeyType, String duration, String user, String pattern) {
    return "{\"kind\":\"CredentialProviderResponse\",\"apiVersion\":\"credentialprovider.kubelet.k8s.io/v1\",\"cacheKeyType\":\"%s\",\"cacheDuration\":%s,\"auth\":{\"%s\":{\"username\":\"%s\",\"password\":\"s3cret\"}}}"
        .formatted(cacheKeyType, duration, pattern, user);
  }

  private long runs() throws IOException {
    return Files.readAllLines(directory.resolve("runs")).size();
  }

  private void writeConfig(String providers) throws IOException {
    write(config, providers);
  }

  private static void write(Path file, String providers) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(
        file,
        "kind: CredentialProviderConfig\napiVersion: kubelet.config.k8s.io/v1\nproviders:\n"
            + providers);
  }

  private static String provider(String name, String pattern) {
    return """
      - name: %s
        matchImages: ["%s"]
        defaultCacheDuration: 10m
        apiVersion: credentialprovider.kubelet.k8s.io/v1
    """
        .formatted(name, pattern);
  }
}
