package dev.prepull.credentials;

import dev.prepull.credentials.SecretJson.Members;
import dev.prepull.credentials.SecretJson.Text;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;

/**
 * Reads docker configs. What is wrong with an entry is a problem of this entry; the others count.
 * The kubelet drops the whole config then, so that nothing it would use is missing here.
 */
public final class DockerConfigReader {

  private static final Pattern USER_IN_KEY = Pattern.compile("^(https?://)?[^/]*@");
  private static final Pattern HELPER_NAME = Pattern.compile("[a-zA-Z0-9._-]*");
  private static final List<String> SECRET_FIELDS =
      List.of("auth", "username", "password", "identitytoken", "registrytoken");

  private final String source;
  private final List<DockerConfigEntry> entries = new ArrayList<>();
  private final List<CredentialProblem> problems = new ArrayList<>();

  private DockerConfigReader(String source) {
    this.source = source;
  }

  /**
   * Reads a config.
   *
   * @param source what the text is, for messages, such as {@code Secret prepull-system/regcred}
   */
  public static ReadConfig read(String source, DockerConfigForm form, byte[] text) {
    SecretJson root;
    try {
      root = SecretJson.parse(text);
    } catch (InvalidJsonException e) {
      String hint = looksEncoded(text) ? " (it looks like base64: was it encoded twice?)" : "";
      return ReadConfig.unreadable(
          new CredentialProblem(
              source,
              "",
              e.line(),
              e.column(),
              "%s%s; expected %s".formatted(e.getMessage(), hint, form.example())));
    }
    return new DockerConfigReader(source).read(form, root);
  }

  /** Base64 of an object begins with what "{" and a quote, a line end or a space come to. */
  private static boolean looksEncoded(byte[] text) {
    String start = new String(text, 0, Math.min(text.length, 2), StandardCharsets.ISO_8859_1);
    return start.equals("ey") || start.equals("ew");
  }

  private ReadConfig read(DockerConfigForm form, SecretJson root) {
    if (!(root instanceof Members config)) {
      wrong("", root, "is %s; expected %s".formatted(root.kind(), form.example()));
      return new ReadConfig(DockerConfig.EMPTY, problems);
    }
    return switch (form) {
      case CONFIG_JSON -> configJson(config);
      case DOCKERCFG -> dockercfg(config);
    };
  }

  private ReadConfig configJson(Members config) {
    if (config.member("auths").isEmpty() && looksLikeEntries(config)) {
      wrong(
          "",
          config,
          "has registries but no \"auths\", which is the form of .dockercfg; expected "
              + DockerConfigForm.CONFIG_JSON.example());
    }
    members(config, "auths")
        .ifPresent(auths ->
            auths.members().forEach((key, value) -> entry("auths." + quoted(key), key, value)));
    String credsStore = helper("credsStore", config.member("credsStore")).orElse("");
    SequencedMap<String, String> credHelpers = credHelpers(config);
    return new ReadConfig(new DockerConfig(entries, credsStore, credHelpers), problems);
  }

  private static boolean looksLikeEntries(Members config) {
    return config.members().values().stream()
        .anyMatch(value ->
            value instanceof Members entry
                && SECRET_FIELDS.stream().anyMatch(field -> entry.member(field).isPresent()));
  }

  private ReadConfig dockercfg(Members config) {
    SecretJson auths = config.members().get("auths");
    if (auths != null) {
      wrong(
          "auths",
          auths,
          "is the form of .dockerconfigjson; expected " + DockerConfigForm.DOCKERCFG.example());
      return new ReadConfig(DockerConfig.EMPTY, problems);
    }
    config.members().forEach((key, value) -> entry(quoted(key), key, value));
    return new ReadConfig(DockerConfig.of(entries), problems);
  }

  private SequencedMap<String, String> credHelpers(Members config) {
    SequencedMap<String, String> helpers = new LinkedHashMap<>();
    members(config, "credHelpers")
        .ifPresent(all ->
            all.members()
                .forEach((key, value) -> {
                  String path = "credHelpers." + quoted(key);
                  if (pattern(path, key, value).isPresent()) {
                    helper(path, Optional.of(value)).ifPresent(name -> helpers.put(key, name));
                  }
                }));
    return helpers;
  }

  private void entry(String path, String key, SecretJson value) {
    Optional<RegistryPattern> pattern = pattern(path, key, value);
    if (pattern.isEmpty()) {
      return;
    }
    if (!(value instanceof Members fields)) {
      wrong(path, value, "is %s; expected an object such as {\"auth\": …}".formatted(value.kind()));
      return;
    }
    int problemsBefore = problems.size();
    RegistryCredential credential = credential(path, fields);
    // With credsStore or credHelpers, docker leaves an empty entry behind.
    if (problems.size() == problemsBefore && !credential.isAnonymous()) {
      entries.add(new DockerConfigEntry(pattern.get(), credential));
    }
  }

  private RegistryCredential credential(String path, Members fields) {
    String username = text(path, fields, "username");
    String password = text(path, fields, "password");
    // Of no use, but no other than a text, as for the kubelet.
    text(path, fields, "email");
    String auth = text(path, fields, "auth");
    if (!auth.isEmpty()) {
      try {
        DockerAuth decoded = DockerAuth.parse(auth);
        username = decoded.username();
        password = decoded.password();
      } catch (IllegalArgumentException e) {
        wrong(path + ".auth", fields.member("auth").orElse(fields), String.valueOf(e.getMessage()));
      }
    }
    return new RegistryCredential(
        source,
        username,
        password,
        text(path, fields, "identitytoken"),
        text(path, fields, "registrytoken"));
  }

  private Optional<RegistryPattern> pattern(String path, String key, SecretJson value) {
    try {
      return Optional.of(RegistryPattern.parse(key));
    } catch (IllegalArgumentException e) {
      wrong(path, value, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  /** The NAME of a helper; it becomes part of a file's name. */
  private Optional<String> helper(String path, Optional<SecretJson> value) {
    if (value.isEmpty()) {
      return Optional.empty();
    }
    if (value.get() instanceof Text name && HELPER_NAME.matcher(name.value()).matches()) {
      return Optional.of(name.value());
    }
    wrong(path, value.get(), "expected the NAME of a docker-credential-NAME");
    return Optional.empty();
  }

  private Optional<Members> members(Members parent, String name) {
    Optional<SecretJson> value = parent.member(name);
    if (value.isPresent() && !(value.get() instanceof Members)) {
      wrong(name, value.get(), "is %s; expected an object".formatted(value.get().kind()));
    }
    return value.filter(Members.class::isInstance).map(Members.class::cast);
  }

  private String text(String path, Members fields, String name) {
    Optional<SecretJson> value = fields.member(name);
    if (value.isEmpty()) {
      return "";
    }
    if (value.get() instanceof Text text) {
      return text.value();
    }
    wrong(path + "." + name, value.get(), "is %s; expected a text".formatted(value.get().kind()));
    return "";
  }

  private static String quoted(String key) {
    return "\"" + USER_IN_KEY.matcher(key).replaceFirst("$1…@") + "\"";
  }

  private void wrong(String path, SecretJson place, String what) {
    problems.add(new CredentialProblem(source, path, place.line(), place.column(), what));
  }
}
