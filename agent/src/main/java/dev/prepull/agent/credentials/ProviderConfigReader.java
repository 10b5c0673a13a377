package dev.prepull.agent.credentials;

import dev.prepull.credentials.RegistryPattern;
import dev.prepull.model.GoDuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads the kubelet's CredentialProviderConfig, YAML or JSON, as strictly as the kubelet.
 *
 * @see <a
 *     href="https://github.com/kubernetes/kubernetes/blob/master/pkg/credentialprovider/plugin/config.go">plugin/config.go
 *     of the kubelet</a>
 */
final class ProviderConfigReader {

  private static final String CONFIG_GROUP = "kubelet.config.k8s.io/";
  private static final String PLUGIN_GROUP = "credentialprovider.kubelet.k8s.io/";
  private static final Set<String> VERSIONS = Set.of("v1", "v1beta1", "v1alpha1");

  private static final Set<String> CONFIG_FIELDS = Set.of("kind", "apiVersion", "providers");
  private static final Set<String> PROVIDER_FIELDS =
      Set.of("name", "matchImages", "defaultCacheDuration", "apiVersion", "args", "env");
  private static final String TOKEN_ATTRIBUTES = "tokenAttributes";
  private static final String REQUIRE_SERVICE_ACCOUNT = "requireServiceAccount";
  private static final Set<String> TOKEN_FIELDS =
      Set.of(
          "serviceAccountTokenAudience",
          "cacheType",
          REQUIRE_SERVICE_ACCOUNT,
          "requiredServiceAccountAnnotationKeys",
          "optionalServiceAccountAnnotationKeys");

  private final List<String> problems = new ArrayList<>();

  private ProviderConfigReader() {}

  /**
   * Reads a config.
   *
   * @throws IllegalArgumentException when the kubelet would not accept it; the message says
   *     everything that is wrong
   */
  static List<CredentialProvider> read(String text) {
    ProviderConfigReader reader = new ProviderConfigReader();
    List<CredentialProvider> providers = reader.config(document(text));
    if (!reader.problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", reader.problems));
    }
    return providers;
  }

  private static @Nullable Object document(String text) {
    try {
      return new Load(LoadSettings.builder().build()).loadFromString(text);
    } catch (MarkedYamlEngineException e) {
      // The message as a whole quotes the text, which may be secret.
      String place =
          e.getProblemMark()
              .map(mark ->
                  "line %d, column %d: ".formatted(mark.getLine() + 1, mark.getColumn() + 1))
              .orElse("");
      throw new IllegalArgumentException("%sis not YAML: %s".formatted(place, e.getProblem()));
    } catch (YamlEngineException e) {
      throw new IllegalArgumentException("is not YAML: " + e.getMessage());
    }
  }

  private List<CredentialProvider> config(@Nullable Object document) {
    ProviderFields config = ProviderFields.of("", document, CONFIG_FIELDS, problems);
    if (!config.text("kind").equals("CredentialProviderConfig")) {
      config.wrong("kind", "expected CredentialProviderConfig");
    }
    String version = version(config, CONFIG_GROUP);
    List<?> items = config.items("providers");
    if (items.isEmpty()) {
      config.wrong("providers", "expected at least one");
    }
    List<CredentialProvider> providers = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < items.size(); i++) {
      String path = "providers[%d]".formatted(i);
      CredentialProvider provider = provider(path, items.get(i), version.equals("v1"));
      if (!provider.name().isEmpty() && !names.add(provider.name())) {
        problems.add("%s.name: \"%s\" is there twice".formatted(path, provider.name()));
      }
      providers.add(provider);
    }
    return providers;
  }

  /** What stands behind the group. */
  private static String version(ProviderFields fields, String group) {
    String expected = group + " with v1, v1beta1 or v1alpha1";
    String apiVersion = fields.requiredText("apiVersion", expected);
    String version = apiVersion.startsWith(group) ? apiVersion.substring(group.length()) : "";
    if (!apiVersion.isEmpty() && !VERSIONS.contains(version)) {
      fields.wrong("apiVersion", "\"%s\"; expected %s".formatted(apiVersion, expected));
    }
    return version;
  }

  private CredentialProvider provider(String path, @Nullable Object value, boolean tokensKnown) {
    Set<String> known = new HashSet<>(PROVIDER_FIELDS);
    if (tokensKnown) {
      known.add(TOKEN_ATTRIBUTES);
    }
    ProviderFields fields = ProviderFields.of(path, value, known, problems);
    version(fields, PLUGIN_GROUP);
    return new CredentialProvider(
        name(fields),
        fields.text("apiVersion"),
        matchImages(fields),
        defaultCacheDuration(fields),
        fields.texts("args"),
        environment(fields),
        tokensKnown && needsServiceAccount(fields));
  }

  private static String name(ProviderFields fields) {
    String name = fields.requiredText("name", "the name of a program");
    if (name.contains("/") || name.contains(" ") || name.equals(".") || name.equals("..")) {
      fields.wrong("name", "\"%s\"; expected the name of a program, not a path".formatted(name));
    }
    return name;
  }

  private static List<RegistryPattern> matchImages(ProviderFields fields) {
    List<RegistryPattern> patterns = new ArrayList<>();
    List<String> texts = fields.texts("matchImages");
    if (texts.isEmpty()) {
      fields.wrong("matchImages", "expected at least one");
    }
    for (String text : texts) {
      try {
        patterns.add(RegistryPattern.parse(text));
      } catch (IllegalArgumentException e) {
        fields.wrong("matchImages", "\"%s\" %s".formatted(text, e.getMessage()));
      }
    }
    return patterns;
  }

  private static Duration defaultCacheDuration(ProviderFields fields) {
    String text = fields.requiredText("defaultCacheDuration", "a duration such as 10m");
    try {
      return text.isEmpty() ? Duration.ZERO : GoDuration.parse(text);
    } catch (IllegalArgumentException e) {
      fields.wrong("defaultCacheDuration", String.valueOf(e.getMessage()));
      return Duration.ZERO;
    }
  }

  private Map<String, String> environment(ProviderFields fields) {
    Map<String, String> environment = new HashMap<>();
    List<?> items = fields.items("env");
    for (int i = 0; i < items.size(); i++) {
      ProviderFields variable =
          ProviderFields.of(
              "%s[%d]".formatted(fields.at("env"), i),
              items.get(i),
              Set.of("name", "value"),
              problems);
      environment.put(variable.requiredText("name", "a text"), variable.text("value"));
    }
    return environment;
  }

  private boolean needsServiceAccount(ProviderFields fields) {
    return fields.has(TOKEN_ATTRIBUTES)
        && ProviderFields.of(
                fields.at(TOKEN_ATTRIBUTES),
                fields.fields().get(TOKEN_ATTRIBUTES),
                TOKEN_FIELDS,
                problems)
            .truth(REQUIRE_SERVICE_ACCOUNT)
            .orElse(true);
  }
}
