package dev.prepull.controller.standalone;

import static dev.prepull.controller.standalone.ManifestReaderTest.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.prepull.controller.reconcile.PullObject;
import dev.prepull.controller.reconcile.Sighting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets and ServiceAccounts in the manifest of the lists. */
class FilePullObjectsTest {

  private static final PullObject SECRET = PullObject.secret("regcred");
  private static final PullObject ACCOUNT = PullObject.serviceAccount("builder");
  private static final String MANIFEST =
      """
      kind: Secret
      metadata: {name: regcred, namespace: any}
      type: kubernetes.io/dockerconfigjson
      data: {.dockerconfigjson: %s}
      ---
      kind: ServiceAccount
      metadata: {name: builder}
      imagePullSecrets: [{name: regcred}, {name: other}]
      ---
      """;

  @TempDir Path folder;

  private final Map<PullObject, String> told = new TreeMap<>();
  private Path file = Path.of("lists.yaml");
  private FilePullObjects objects = new FilePullObjects(file, Runnable::run);

  @BeforeEach
  void start() {
    file = folder.resolve("lists.yaml");
    objects = new FilePullObjects(file, Runnable::run);
  }

  private void write(String manifest) throws IOException {
    Files.writeString(file, manifest + configMap("apps", "nginx:1"));
  }

  private void need(PullObject... needed) {
    objects.need(Set.of(needed), (object, sighting) -> told.put(object, shown(sighting)));
  }

  private static String shown(Sighting sighting) {
    return switch (sighting) {
      case Sighting.FoundSecret secret ->
          secret.type()
              + " "
              + new TreeMap<>(secret.data()).values().stream().map(String::new).toList();
      case Sighting.FoundServiceAccount account -> account.imagePullSecrets().toString();
      case Sighting.Missing() -> "missing";
      case Sighting.Unreadable(String what) -> what;
    };
  }

  @Test
  void readsDataAsTheApiServerDoes() throws IOException {
    write(MANIFEST.formatted("e30="));

    need(SECRET, ACCOUNT);

    assertThat(told)
        .containsEntry(SECRET, "kubernetes.io/dockerconfigjson [{}]")
        .containsEntry(ACCOUNT, "[regcred, other]");
  }

  @Test
  void prefersStringData() throws IOException {
    write(
        """
        {kind: Secret, metadata: {name: regcred}, data: {a: e30=}, stringData: {a: plain}}
        ---
        """);

    need(SECRET);

    assertThat(told).containsEntry(SECRET, "Opaque [plain]");
  }

  @Test
  void tellsWhatIsNotThereAndNothingThatIsNotNeeded() throws IOException {
    write(MANIFEST.formatted("e30="));

    need(PullObject.secret("absent"));

    assertThat(told).isEqualTo(Map.of(PullObject.secret("absent"), "missing"));
  }

  @Test
  void tellsWhatIsNoBase64WithoutShowingIt() throws IOException {
    write(MANIFEST.formatted("\"Geheim?1\""));

    need(SECRET);

    assertThat(told)
        .containsEntry(
            SECRET, "data..dockerconfigjson is no base64; for plain text write stringData");
  }

  @Test
  void tellsWhatIsNoText() throws IOException {
    write("{kind: Secret, metadata: {name: regcred}, stringData: {a: {b: Geheim1}}}\n---\n");

    need(SECRET);

    assertThat(told)
        .containsEntry(
            SECRET, "stringData.a is no text; expected \"a: |\" and the text indented below it");
  }

  @Test
  void tellsAnEdit() throws IOException {
    write(MANIFEST.formatted("e30="));
    need(SECRET);

    objects.changed(ManifestReader.read(MANIFEST.formatted("W10=")).objects());

    assertThat(told).containsEntry(SECRET, "kubernetes.io/dockerconfigjson [[]]");
  }

  @Test
  void tellsThatTheFileIsNoManifestAnyMore() throws IOException {
    Files.writeString(file, "kind: [");

    need(SECRET);

    assertThat(told.get(SECRET)).startsWith("cannot be read: " + file);
  }

  @Test
  void quotesNothingOfAManifestWithSecrets() {
    String manifest =
        "kind: Secret\nmetadata: {name: a}\nstringData:\n  password: *Geheim1\n  \"x\": \"Geheim2\" :\n";

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ManifestReader.read(manifest))
        .withMessageStartingWith("it is not YAML: line ")
        .withMessageEndingWith("the text is not quoted because a Secret stands in it")
        .withMessageNotContaining("Geheim")
        .withNoCause();
  }

  @Test
  void refusesTwoSecretsOfOneName() {
    String manifest = MANIFEST.formatted("e30=") + MANIFEST.formatted("e30=");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ManifestReader.read(manifest))
        .withMessage("Secret regcred stands in it twice");
  }
}
