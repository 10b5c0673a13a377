package dev.prepull.e2e.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.e2e.testbed.AgentProcess;
import dev.prepull.e2e.testbed.CompiledProvider;
import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.DockerNode;
import dev.prepull.e2e.testbed.Registry;
import dev.prepull.e2e.testbed.RegistryAccess;
import dev.prepull.e2e.testbed.RuntimeNode;
import dev.prepull.e2e.testbed.TokenServer;
import dev.prepull.e2e.testbed.Workspace;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Every place where a node may have a credential, and every way in which a registry may want one:
 * docker configs with passwords and tokens, a credential helper, the kubelet's credential
 * providers; passwords, bearer tokens, a private CA.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CredentialSourcesIT {

  private static final String USER = "alice";
  private static final String TOKENS_PASSWORD = "Tokens-Mule-Copper-31";
  private static final String IDENTITY_TOKEN = "Identity-Heron-Basalt-52";
  private static final String SECURE_PASSWORD = "Secure-Otter-Walnut-63";
  private static final String HELPED_PASSWORD = "Helped-Raven-Quartz-74";
  private static final String PROVIDED_PASSWORD = "Provided-Lynx-Birch-85";
  private static final String WRONG = "Wrong-Donkey-Staple-17";
  private static final String PROVIDERS_OWN = "hunter2";

  private static final String CONFIG = "sources.json";
  private static final String DOCKER = "docker-28";
  private static final String CONTAINERD = "containerd-2";
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Fleet fleet = new Fleet(PATIENCE);
  private final TokenServer tokens = fleet.addTokenServer(USER, TOKENS_PASSWORD, IDENTITY_TOKEN);
  private final Registry bearer = fleet.addRegistry("bearer", new RegistryAccess.Token(tokens));
  private final Registry secure =
      fleet.addSecureRegistry("secure", new RegistryAccess.Password(USER, SECURE_PASSWORD));
  private final Registry untrusted =
      fleet.addUntrustedRegistry("untrusted", new RegistryAccess.Password(USER, SECURE_PASSWORD));
  private final Registry helped =
      fleet.addRegistry("helped", new RegistryAccess.Password(USER, HELPED_PASSWORD));
  private final Registry provided =
      fleet.addRegistry("provided", new RegistryAccess.Password(USER, PROVIDED_PASSWORD));
  private final List<String> registryTokens = new ArrayList<>();

  @BeforeAll
  void start() {
    Path config = configure();
    Path programs = programs();
    addNode(CONTAINERD, Nodes.containerd(ContainerdNode.Version.V2), config, programs);
    addNode(DOCKER, Nodes.docker(DockerNode.Version.V28), config, programs);
  }

  private void addNode(
      String name, BiFunction<Workspace, String, RuntimeNode> start, Path config, Path programs) {
    fleet.addRuntime(name, start);
    List<String> launcher =
        new ArrayList<>(
            List.of(
                "/usr/bin/env",
                "PATH=%s:%s".formatted(programs, Objects.requireNonNull(System.getenv("PATH")))));
    launcher.addAll(AgentProcess.launcher());
    fleet.addAgent(
        name,
        launcher,
        "--poll-interval",
        "2s",
        "--docker-config",
        config.toString(),
        "--credential-provider-config",
        fleet.write("providers.yaml", providers()).toString(),
        "--credential-provider-bin-dir",
        programs.toString());
  }

  @AfterAll
  void stop() {
    fleet.close();
  }

  // --- bearer tokens ----------------------------------------------------------------------------

  @Test
  void exchangesAPasswordForABearerToken() {
    String image = push(bearer, "password/app");
    var _ = configure(entry(bearer, "/password", "auth", basic(TOKENS_PASSWORD)));

    fleet.list(image);

    fleet.awaitIdentical(image);
    fleet.awaitHeld(image);
  }

  @Test
  void exchangesAnIdentityTokenForABearerToken() {
    String image = push(bearer, "identity/app");
    var _ = configure(entry(bearer, "/identity", "identitytoken", IDENTITY_TOKEN));

    fleet.list(image);

    fleet.awaitIdentical(image);
    fleet.awaitHeld(image);
    assertThat(tokens.grants()).contains("refresh_token");
  }

  @Test
  void showsDockerARegistryTokenAsItIs() {
    String image = push(bearer, "bearer/app");
    registryTokens.add(tokens.registryToken("bearer/app"));
    var _ = configure(entry(bearer, "/bearer", "registrytoken", registryTokens.getLast()));

    fleet.list(image);

    fleet.eventually("docker has it", () -> fleet.nodesThatAre("Present", image).contains(DOCKER));
    fleet.eventually(
        "containerd has no use for it",
        () -> fleet.nodesThatAre("Failed", image).contains(CONTAINERD));
  }

  @Test
  void namesARegistryAndASourceWhoseIdentityTokenIsWrong() {
    String image = push(bearer, "wrong/app");
    var _ = configure(entry(bearer, "", "identitytoken", WRONG));

    fleet.list(image);

    fleet.awaitReason(image, "Unauthorized");
    assertThat(fleet.message(image)).contains(image, bearer.host(), CONFIG, "Name a Secret for");
  }

  // --- a private CA -----------------------------------------------------------------------------

  @Test
  void pullsFromARegistryWhosePrivateCaTheRuntimeTrusts() {
    String image = push(secure, "secure/app");
    var _ = configure(entry(secure, "", "auth", basic(SECURE_PASSWORD)));

    fleet.list(image);

    fleet.awaitIdentical(image);
    fleet.awaitHeld(image);
  }

  @Test
  void namesARegistryWhosePrivateCaTheRuntimeDoesNotTrust() {
    String image = push(untrusted, "untrusted/app");
    var _ = configure(entry(untrusted, "", "auth", basic(SECURE_PASSWORD)));

    fleet.list(image);

    fleet.awaitReason(image, "RegistryUnavailable");
    assertThat(fleet.message(image)).contains("x509", "its certificate is trusted");
  }

  // --- a credential helper ----------------------------------------------------------------------

  @Test
  void asksTheCredentialHelperOfTheDockerConfig() {
    String image = push(helped, "helped/app");
    configureHelper("testbed");

    fleet.list(image);

    fleet.awaitIdentical(image);
    fleet.awaitHeld(image);
  }

  @Test
  void namesACredentialHelperThatFails() {
    String image = push(helped, "unhelped/app");
    configureHelper("broken");

    fleet.list(image);

    fleet.awaitReason(image, "Unauthorized");
    assertThat(fleet.message(image))
        .contains(helped.host(), "docker-credential-broken of ", CONFIG, "ended with 1");
  }

  // --- credential providers of the kubelet ------------------------------------------------------

  @Test
  void asksACredentialProviderInShell() {
    String image = push(provided, "shell/app");
    var _ = configure();

    fleet.list(image);

    fleet.awaitIdentical(image);
    fleet.awaitHeld(image);
  }

  @Test
  void asksACompiledCredentialProvider() {
    String image = push(provided, "compiled/app");
    var _ = configure();

    fleet.list(image);

    fleet.awaitIdentical(image);
    fleet.awaitHeld(image);
  }

  @Test
  void asksACredentialProviderAfterADockerConfigThatIsWrong() {
    String image = push(provided, "shell/after");
    var _ = configure(entry(provided, "", "auth", basic(WRONG)));

    fleet.list(image);

    fleet.awaitIdentical(image);
  }

  @Test
  void namesACredentialProviderThatFails() {
    String image = push(provided, "failing/app");
    var _ = configure();

    fleet.list(image);

    fleet.awaitReason(image, "Unauthorized");
    assertThat(fleet.message(image))
        .contains(provided.host(), "credential provider failing", "ended with 3", "no luck with")
        .doesNotContain(PROVIDERS_OWN);
  }

  // --- and of all of them no secret -------------------------------------------------------------

  @Test
  void noSecretIsShownAnywhere() {
    List<String> pulled =
        List.of(
            push(bearer, "password/secret"),
            push(bearer, "identity/secret"),
            push(secure, "secure/secret"),
            push(helped, "helped/secret"),
            push(provided, "shell/secret"),
            push(provided, "compiled/secret"));
    List<String> refused = List.of(push(bearer, "wrong/secret"), push(provided, "failing/secret"));
    var _ =
        write(
            "\"credHelpers\": {\"%s\": \"testbed\"}, ".formatted(helped.host()),
            entry(bearer, "/password", "auth", basic(TOKENS_PASSWORD)),
            entry(bearer, "/identity", "identitytoken", IDENTITY_TOKEN),
            entry(bearer, "/wrong", "identitytoken", WRONG),
            entry(secure, "", "auth", basic(SECURE_PASSWORD)));
    fleet.list(Stream.concat(pulled.stream(), refused.stream()).toArray(String[]::new));
    fleet.awaitIdentical(pulled.toArray(String[]::new));
    refused.forEach(image -> fleet.awaitReason(image, "Unauthorized"));

    String shown = fleet.everythingShown();

    assertThat(shown).contains(pulled).contains(refused).contains("credential provider failing");
    assertThat(secrets()).noneMatch(shown::contains);
  }

  // --- what the nodes have ----------------------------------------------------------------------

  /** Credential providers and credential helpers, in one directory. */
  private Path programs() {
    Path shell =
        fleet.script(
            "bin/shell",
            """
            request=$(cat)
            case $request in *CredentialProviderRequest*"%1$s/shell/"*) ;; *) exit 9 ;; esac
            echo '{"kind": "CredentialProviderResponse", "apiVersion": "credentialprovider.kubelet.k8s.io/v1",'
            echo ' "cacheKeyType": "Registry", "auth": {"%1$s": {"username": "%2$s", "password": "%3$s"}}}'
            """
                .formatted(provided.host(), USER, PROVIDED_PASSWORD));
    var _ = fleet.script("bin/failing", "echo \"no luck with $API_TOKEN\" >&2; exit 3\n");
    var _ =
        fleet.script(
            "bin/docker-credential-testbed",
            """
            test "$1" = get && test "$(cat)" = "%1$s" || { echo credentials not found in native keychain; exit 1; }
            echo '{"ServerURL": "%1$s", "Username": "%2$s", "Secret": "%3$s"}'
            """
                .formatted(helped.host(), USER, HELPED_PASSWORD));
    var _ = fleet.script("bin/docker-credential-broken", "echo the keychain is locked; exit 1\n");
    Path programs = Objects.requireNonNull(shell.getParent());
    CompiledProvider.compile(programs.resolve("compiled"));
    return programs;
  }

  private String providers() {
    return """
    apiVersion: kubelet.config.k8s.io/v1
    kind: CredentialProviderConfig
    providers:
    - name: shell
      apiVersion: credentialprovider.kubelet.k8s.io/v1
      matchImages: ["%1$s/shell"]
      defaultCacheDuration: 0s
    - name: compiled
      apiVersion: credentialprovider.kubelet.k8s.io/v1
      matchImages: ["%1$s/compiled"]
      defaultCacheDuration: 10m
      args: [get-credentials]
      env:
      - {name: REGISTRY_USER, value: %2$s}
      - {name: REGISTRY_PASSWORD, value: %3$s}
    - name: failing
      apiVersion: credentialprovider.kubelet.k8s.io/v1
      matchImages: ["%1$s/failing"]
      defaultCacheDuration: 10m
      env:
      - {name: API_TOKEN, value: %4$s}
    """
        .formatted(provided.host(), USER, PROVIDED_PASSWORD, PROVIDERS_OWN);
  }

  private String push(Registry registry, String repository) {
    return fleet.push(repository, "1").replace(fleet.registry().host(), registry.host());
  }

  private Path configure(String... entries) {
    return write("", entries);
  }

  private void configureHelper(String name) {
    var _ = write("\"credHelpers\": {\"%s\": \"%s\"}, ".formatted(helped.host(), name));
  }

  private Path write(String more, String... entries) {
    return fleet.write(CONFIG, "{%s\"auths\": {%s}}".formatted(more, String.join(", ", entries)));
  }

  private static String entry(Registry registry, String path, String field, String value) {
    return "\"%s%s\": {\"%s\": \"%s\"}".formatted(registry.host(), path, field, value);
  }

  private static String basic(String password) {
    return Base64.getEncoder()
        .encodeToString((USER + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  private List<String> secrets() {
    Stream<String> passwords =
        Stream.of(TOKENS_PASSWORD, SECURE_PASSWORD, HELPED_PASSWORD, PROVIDED_PASSWORD)
            .flatMap(password -> Stream.of(password, basic(password)));
    return Stream.of(
            passwords, Stream.of(IDENTITY_TOKEN, WRONG, PROVIDERS_OWN), registryTokens.stream())
        .flatMap(secrets -> secrets)
        .toList();
  }
}
