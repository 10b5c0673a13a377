package dev.prepull.controller.reconcile;

import dev.prepull.controller.reconcile.Sighting.FoundSecret;
import dev.prepull.controller.reconcile.Sighting.FoundServiceAccount;
import dev.prepull.controller.reconcile.Sighting.Missing;
import dev.prepull.controller.reconcile.Sighting.Unreadable;
import dev.prepull.credentials.DockerConfig;
import dev.prepull.credentials.DockerConfigForm;
import dev.prepull.credentials.DockerConfigReader;
import dev.prepull.credentials.ReadConfig;
import dev.prepull.model.DnsSubdomain;
import java.util.ArrayList;
import java.util.List;

/**
 * What is in force of a Secret or a ServiceAccount.
 *
 * @param config a Secret's credentials
 * @param secrets the Secrets that a ServiceAccount names
 * @param problems what is wrong with it, each with its name; never with a secret
 */
record ReadObject(DockerConfig config, List<PullObject> secrets, List<String> problems) {

  /** Nothing is known of it. */
  static final ReadObject NOTHING = new ReadObject(DockerConfig.EMPTY, List.of(), List.of());

  /** Room for a thousand registries, and little enough that a node's message stays small. */
  static final int MAX_BYTES = 256 << 10;

  private static final int PROBLEMS_TOLD = 5;
  private static final String CONFIG_JSON_TYPE = "kubernetes.io/dockerconfigjson";
  private static final String DOCKERCFG_TYPE = "kubernetes.io/dockercfg";

  ReadObject {
    secrets = List.copyOf(secrets);
    problems = List.copyOf(problems);
  }

  /**
   * Reads what was found.
   *
   * @param source how messages name it
   * @param before what was in force of it
   */
  static ReadObject of(String source, Sighting sighting, ReadObject before) {
    return switch (sighting) {
      case FoundSecret secret -> secret(source, secret);
      case FoundServiceAccount account -> account(source, account);
      case Missing() -> unusable(source, "does not exist; create it, or take it out of the list");
      case Unreadable(String what) ->
          new ReadObject(before.config(), before.secrets(), List.of(source + ": " + what));
    };
  }

  private static ReadObject secret(String source, FoundSecret secret) {
    return switch (secret.type()) {
      case CONFIG_JSON_TYPE -> config(source, secret, DockerConfigForm.CONFIG_JSON);
      case DOCKERCFG_TYPE -> config(source, secret, DockerConfigForm.DOCKERCFG);
      default ->
          unusable(
              source,
              "is of type %s; expected %s or %s"
                  .formatted(secret.type(), CONFIG_JSON_TYPE, DOCKERCFG_TYPE));
    };
  }

  private static ReadObject config(String source, FoundSecret secret, DockerConfigForm form) {
    byte[] text = secret.data().get(form.secretKey());
    if (text == null) {
      return unusable(
          source,
          "has no key %s, where its type %s keeps the docker config"
              .formatted(form.secretKey(), secret.type()));
    }
    if (text.length > MAX_BYTES) {
      return unusable(
          source,
          "has %d bytes under %s; expected at most %d"
              .formatted(text.length, form.secretKey(), MAX_BYTES));
    }
    ReadConfig read = DockerConfigReader.read(source, form, text);
    List<String> problems = new ArrayList<>();
    read.problems().stream().limit(PROBLEMS_TOLD).forEach(p -> problems.add(p.toString()));
    if (read.problems().size() > PROBLEMS_TOLD) {
      problems.add(
          "%s: and %d more of the kind".formatted(source, read.problems().size() - PROBLEMS_TOLD));
    }
    if (read.config().entries().isEmpty() && problems.isEmpty()) {
      problems.add(
          "%s: holds no credential%s; make it with kubectl create secret docker-registry"
              .formatted(source, asksHelpers(read.config()) ? ", only the name of a helper" : ""));
    }
    // Helpers are programs of a node; here they have no meaning, as for the kubelet.
    return new ReadObject(DockerConfig.of(read.config().entries()), List.of(), problems);
  }

  private static boolean asksHelpers(DockerConfig config) {
    return !config.credsStore().isEmpty() || !config.credHelpers().isEmpty();
  }

  private static ReadObject account(String source, FoundServiceAccount account) {
    List<PullObject> secrets = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (String name : account.imagePullSecrets()) {
      if (DnsSubdomain.matches(name)) {
        secrets.add(PullObject.secret(name));
      } else {
        problems.add("%s: imagePullSecrets has \"%s\", which is no name".formatted(source, name));
      }
    }
    return new ReadObject(
        DockerConfig.EMPTY, secrets, problems.stream().limit(PROBLEMS_TOLD).toList());
  }

  private static ReadObject unusable(String source, String what) {
    return new ReadObject(DockerConfig.EMPTY, List.of(), List.of(source + ": " + what));
  }
}
