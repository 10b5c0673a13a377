package dev.prepull.controller.list;

import dev.prepull.model.DnsSubdomain;
import dev.prepull.model.DriftPolicy;
import dev.prepull.model.GoDuration;
import dev.prepull.model.ImagePolicy;
import dev.prepull.model.ImageReference;
import dev.prepull.model.InvalidImageReferenceException;
import dev.prepull.model.PullPolicy;
import dev.prepull.model.RemovalPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads the fields of one image, the list's defaults beneath them. */
final class ImageReader {

  static final String IMAGE = "image";

  /** What may stand under {@code defaults}. */
  static final List<String> DEFAULTABLE =
      List.of(
          "pullPolicy",
          "refreshInterval",
          "nodeSelector",
          "nodeAffinity",
          "tolerations",
          "platforms",
          "pullSecrets",
          "serviceAccounts",
          "priority",
          "pin",
          "maxSize",
          "pullTimeout",
          "onRemoval",
          "onDrift");

  private static final Duration REFRESH = Duration.ofHours(1);
  private static final Duration LEAST_REFRESH = Duration.ofSeconds(10);
  private static final Duration LEAST_TIMEOUT = Duration.ofSeconds(1);
  private static final int MOST_PRIORITY = 1_000_000_000;

  private final YamlReader yaml;
  private final TargetReader targets;

  ImageReader(YamlReader yaml) {
    this.yaml = yaml;
    this.targets = new TargetReader(yaml);
  }

  Optional<ImageReference> reference(Node node) {
    Optional<String> text = yaml.text(node, "an image reference such as nginx:1.27.3");
    try {
      return text.map(ImageReference::parse);
    } catch (InvalidImageReferenceException e) {
      yaml.error(node, PlainImages.whyNot(e));
      return Optional.empty();
    }
  }

  /** The entry of these fields; what is wrong with them has become problems. */
  ImageEntry entry(ImageReference reference, Map<String, Node> fields) {
    return new ImageEntry(
        reference,
        policy(fields),
        targets.read(fields),
        duration(fields.get("refreshInterval"), REFRESH, LEAST_REFRESH),
        names(fields.get("pullSecrets"), "a Secret"),
        names(fields.get("serviceAccounts"), "a ServiceAccount"));
  }

  private ImagePolicy policy(Map<String, Node> fields) {
    ImagePolicy standard = ImagePolicy.DEFAULT;
    return new ImagePolicy(
        word(fields.get("pullPolicy"), PullPolicy.values(), PullPolicy::word)
            .orElse(standard.pullPolicy()),
        number(fields.get("priority"), standard.priority()),
        truth(fields.get("pin")),
        size(fields.get("maxSize")),
        duration(fields.get("pullTimeout"), standard.pullTimeout(), LEAST_TIMEOUT),
        word(fields.get("onRemoval"), RemovalPolicy.values(), RemovalPolicy::word)
            .orElse(standard.onRemoval()),
        word(fields.get("onDrift"), DriftPolicy.values(), DriftPolicy::word)
            .orElse(standard.onDrift()));
  }

  private <E> Optional<E> word(@Nullable Node node, E[] choice, Function<E, String> toWord) {
    if (node == null) {
      return Optional.empty();
    }
    List<String> words = Arrays.stream(choice).map(toWord).toList();
    Optional<String> text = yaml.text(node, "one of " + String.join(", ", words));
    Optional<E> chosen =
        text.flatMap(
            word -> Arrays.stream(choice).filter(e -> toWord.apply(e).equals(word)).findFirst());
    if (text.isPresent() && chosen.isEmpty()) {
      yaml.error(node, Suggestion.among(words, text.get()));
    }
    return chosen;
  }

  private int number(@Nullable Node node, int standard) {
    return node == null
        ? standard
        : yaml.number(node, -MOST_PRIORITY, MOST_PRIORITY).orElse(standard);
  }

  private boolean truth(@Nullable Node node) {
    return node != null && yaml.truth(node).orElse(false);
  }

  private @Nullable Long size(@Nullable Node node) {
    if (node == null) {
      return null;
    }
    Optional<String> text = yaml.anyScalar(node, "an amount of bytes such as 20Gi");
    try {
      return text.map(Quantity::bytes).orElse(null);
    } catch (IllegalArgumentException e) {
      yaml.error(node, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private Duration duration(@Nullable Node node, Duration standard, Duration least) {
    if (node == null) {
      return standard;
    }
    Optional<String> text = yaml.anyScalar(node, "a duration such as 30m");
    if (text.isEmpty()) {
      return standard;
    }
    try {
      Duration duration = GoDuration.parse(text.get());
      if (duration.compareTo(least) >= 0) {
        return duration;
      }
      yaml.error(node, "expected %s or more".formatted(GoDuration.format(least)));
    } catch (IllegalArgumentException e) {
      yaml.error(node, "expected a duration such as 30m, 1h30m or 90s");
    }
    return standard;
  }

  private List<String> names(@Nullable Node node, String what) {
    if (node == null) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    for (Node item : yaml.items(node, "a list of names")) {
      yaml.text(item, "the name of " + what)
          .ifPresent(name -> {
            names.add(name);
            if (!DnsSubdomain.matches(name)) {
              yaml.error(item, "is not the name of " + what);
            }
          });
    }
    return names;
  }
}
