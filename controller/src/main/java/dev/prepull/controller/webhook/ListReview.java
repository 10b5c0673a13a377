package dev.prepull.controller.webhook;

import dev.prepull.controller.list.ListParser;
import dev.prepull.controller.list.ParseResult;
import dev.prepull.controller.list.PrePullList;
import dev.prepull.controller.list.Problem;
import dev.prepull.controller.list.RawList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Judges a ConfigMap as the controller does once it is stored, by the same parser. What the
 * controller does not read, or has read already, is never refused.
 */
final class ListReview {

  private final String namespace;

  /** For a controller of that namespace. */
  ListReview(String namespace) {
    this.namespace = namespace;
  }

  Verdict judge(AdmissionRequest request) {
    Optional<ConfigMapVersion> listBefore =
        Optional.ofNullable(request.before()).filter(before -> before.isListOf(namespace));
    ConfigMapVersion now = request.now();
    if (now == null) {
      return new Verdict.Allowed(List.of());
    }
    if (!now.isListOf(namespace)) {
      return new Verdict.Allowed(
          listBefore.isPresent()
              ? List.of(
                  "ConfigMap %s: is no list without the label %s: %s; its images leave the plans"
                      .formatted(now.content().name(), RawList.LABEL, RawList.LABEL_VALUE))
              : List.of());
    }
    return switch (ListParser.parse(now.content())) {
      case ParseResult.Accepted(PrePullList list, List<Problem> warnings) ->
          new Verdict.Allowed(warnings(list, warnings));
      case ParseResult.Rejected(List<Problem> problems) ->
          // Metadata of a list that is bad already can still be edited; finalizers have to be.
          listBefore.filter(now::readsLike).isPresent()
              ? new Verdict.Allowed(texts(problems).toList())
              : new Verdict.Refused(texts(problems).toList());
    };
  }

  private static List<String> warnings(PrePullList list, List<Problem> warnings) {
    List<String> all = new ArrayList<>();
    if (list.images().isEmpty()) {
      all.add(
          "ConfigMap %s: names no image; those that it had leave the plans".formatted(list.name()));
    }
    texts(warnings).forEach(all::add);
    return all;
  }

  private static Stream<String> texts(List<Problem> problems) {
    return problems.stream().map(Problem::toString);
  }
}
