package dev.prepull.controller.reconcile;

import dev.prepull.controller.list.ListParser;
import dev.prepull.controller.list.ParseResult;
import dev.prepull.controller.list.PrePullList;
import dev.prepull.controller.list.Problem;
import dev.prepull.controller.list.RawList;
import dev.prepull.controller.reconcile.ListEvents.Kind;
import dev.prepull.controller.status.RolloutStatus.ListStatus;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lists that are in force. A version that cannot be read changes nothing but the status: the
 * last good version of that list stays. Belongs to the reconcile loop.
 */
final class ListBook {

  private static final Logger log = LoggerFactory.getLogger(ListBook.class);

  /**
   * One list.
   *
   * @param raw the version that was read last
   * @param inForce the last good one; null when there was none since this process began
   */
  private record Entry(RawList raw, ParseResult result, @Nullable PrePullList inForce) {}

  private final Map<String, Entry> entries = new TreeMap<>();
  private final ListEvents events;
  private @Nullable String unreadable;

  ListBook(ListEvents events) {
    this.events = events;
  }

  /** Takes in all lists that exist now; true when what is in force may have changed. */
  boolean observe(List<RawList> lists) {
    unreadable = null;
    Set<String> names = new HashSet<>();
    boolean changed = false;
    for (RawList raw : lists) {
      names.add(raw.name());
      Entry before = entries.get(raw.name());
      if (before == null
          || !before.raw().data().equals(raw.data())
          || !before.raw().binaryKeys().equals(raw.binaryKeys())) {
        entries.put(raw.name(), read(raw, before));
        changed = true;
      } else {
        entries.put(raw.name(), new Entry(raw, before.result(), before.inForce()));
      }
    }
    return entries.keySet().retainAll(names) || changed;
  }

  /** The source as a whole cannot be read; everything stays as it is. */
  void unreadable(String problem) {
    unreadable = problem;
  }

  private Entry read(RawList raw, @Nullable Entry before) {
    ParseResult result = ListParser.parse(raw);
    return switch (result) {
      case ParseResult.Accepted(PrePullList list, List<Problem> warnings) -> {
        log.atInfo()
            .addKeyValue("configMap", raw.name())
            .addKeyValue("resourceVersion", raw.resourceVersion())
            .addKeyValue("images", list.images().size())
            .addKeyValue("warnings", warnings.size())
            .log("List accepted");
        events.record(
            raw.name(),
            Kind.ACCEPTED,
            "Accepted version %s with %d images"
                .formatted(raw.resourceVersion(), list.images().size()));
        yield new Entry(raw, result, list);
      }
      case ParseResult.Rejected(List<Problem> problems) -> {
        String message =
            "Rejected version %s, %s: %s"
                .formatted(
                    raw.resourceVersion(),
                    before != null && before.inForce() != null
                        ? "the last good version stays in force"
                        : "no good version is known, so the nodes keep the plans they have",
                    String.join("; ", texts(problems)));
        log.atWarn().addKeyValue("configMap", raw.name()).log(message);
        events.record(raw.name(), Kind.REJECTED, message);
        yield new Entry(raw, result, before == null ? null : before.inForce());
      }
    };
  }

  /** The versions in force, by name. */
  List<PrePullList> inForce() {
    return entries.values().stream()
        .map(Entry::inForce)
        .flatMap(list -> Optional.ofNullable(list).stream())
        .toList();
  }

  /**
   * Whether some list exists of which no good version is known. A plan without it might take away
   * what a node holds for it.
   */
  boolean isIncomplete() {
    return entries.values().stream().map(Entry::inForce).anyMatch(Objects::isNull);
  }

  /**
   * What status says of each list.
   *
   * @param more further warnings of the list of that name
   */
  List<ListStatus> statuses(Function<String, List<String>> more) {
    return entries.values().stream()
        .map(entry -> withWarnings(status(entry), more.apply(entry.raw().name())))
        .toList();
  }

  private static ListStatus withWarnings(ListStatus status, List<String> more) {
    if (more.isEmpty()) {
      return status;
    }
    List<String> warnings = new ArrayList<>(status.warnings());
    warnings.addAll(more);
    return new ListStatus(
        status.name(), status.resourceVersion(), status.accepted(), status.errors(), warnings);
  }

  private ListStatus status(Entry entry) {
    RawList raw = entry.raw();
    if (unreadable != null) {
      return new ListStatus(
          raw.name(), raw.resourceVersion(), false, List.of(unreadable), List.of());
    }
    return switch (entry.result()) {
      case ParseResult.Accepted(_, var warnings) ->
          new ListStatus(raw.name(), raw.resourceVersion(), true, List.of(), texts(warnings));
      case ParseResult.Rejected(var problems) ->
          new ListStatus(raw.name(), raw.resourceVersion(), false, texts(problems), List.of());
    };
  }

  private static List<String> texts(List<Problem> problems) {
    return problems.stream().map(Problem::toString).toList();
  }
}
