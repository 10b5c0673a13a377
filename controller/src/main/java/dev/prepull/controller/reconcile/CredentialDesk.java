package dev.prepull.controller.reconcile;

import dev.prepull.controller.list.PrePullList;
import dev.prepull.controller.reconcile.ListEvents.Kind;
import dev.prepull.credentials.NodeCredentials;
import dev.prepull.loop.EventLoop;
import dev.prepull.model.NodePlan;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop's dealings with the sources of credentials: asks them for what the lists need, says when
 * something has changed, and tells each problem once. Belongs to the reconcile loop.
 */
final class CredentialDesk {

  /**
   * So long at most plans wait for what is looked for the first time. Without it an image would be
   * asked for with nothing to show first, and be refused.
   */
  static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final int PROBLEMS_TOLD = 5;

  private static final String ADVICE =
      "Lists use credentials: every Pod of a node may use the private images that PrePull brings there, whether or not it could pull them. Set imagePullCredentialsVerificationPolicy: AlwaysVerify in the kubelet's configuration, or list private images only for nodes all of whose Pods may see them. See docs/guides/private-registries.md, \"Who may use a pulled image\".";

  private static final Logger log = LoggerFactory.getLogger(CredentialDesk.class);

  private final EventLoop loop;
  private final CredentialBook book;
  private final ListEvents events;
  private final Runnable changed;
  private final Map<String, Set<String>> told = new HashMap<>();
  private EventLoop.Timer patience = () -> {};
  private boolean waiting;
  private boolean outOfPatience;

  /**
   * Asks for nothing yet.
   *
   * @param changed called on the loop when plans may have other credentials, or wait no longer
   */
  CredentialDesk(
      EventLoop loop, Reconciler.Credentials sources, ListEvents events, Runnable changed) {
    this.loop = loop;
    this.book = new CredentialBook(sources.objects(), sources.tokens());
    this.events = events;
    this.changed = changed;
  }

  /**
   * These lists are in force. True when what they need has been looked for, or that takes too long;
   * else {@code changed} will be called.
   */
  boolean areReadyFor(Collection<PrePullList> inForce) {
    book.lists(inForce, this::observed, this::observed);
    if (!book.isIncomplete()) {
      patience.cancel();
      waiting = false;
      outOfPatience = false;
    } else if (!waiting) {
      waiting = true;
      patience =
          loop.after(
              PATIENCE,
              () -> {
                outOfPatience = true;
                changed.run();
              });
    }
    return !waiting || outOfPatience;
  }

  private void observed(PullObject object, Sighting sighting) {
    loop.execute(() -> {
      if (book.observed(object, sighting, this::observed)) {
        changed.run();
      }
    });
  }

  private void observed(String registry, RegistryToken token) {
    loop.execute(() -> {
      if (book.observed(registry, token)) {
        changed.run();
      }
    });
  }

  /** What there is for the images of a plan: the same object as long as it is the same. */
  NodeCredentials of(NodePlan plan) {
    return book.of(plan);
  }

  /** All agents have what follows from what is known, and these are the plans. */
  void settled(Collection<NodePlan> plans) {
    book.retain(plans);
    Set<String> lists = book.lists();
    told.keySet().retainAll(lists);
    lists.forEach(this::tellNews);
  }

  private void tellNews(String list) {
    Set<String> now = new HashSet<>(book.problemsOf(list));
    Set<String> before = told.getOrDefault(list, Set.of());
    List<String> news =
        book.problemsOf(list).stream().filter(problem -> !before.contains(problem)).toList();
    told.put(list, now);
    if (!news.isEmpty()) {
      String message =
          String.join("; ", news.subList(0, Math.min(PROBLEMS_TOLD, news.size())))
              + (news.size() > PROBLEMS_TOLD
                  ? "; and %d more".formatted(news.size() - PROBLEMS_TOLD)
                  : "");
      log.atWarn().addKeyValue("configMap", list).log(message);
      events.record(list, Kind.CREDENTIAL_PROBLEM, message);
    }
  }

  /** What is wrong with what that list wants credentials from. */
  List<String> problemsOf(String list) {
    return book.problemsOf(list);
  }

  /** What an operator should know when lists use credentials. */
  List<String> advice() {
    return book.isInUse() ? List.of(ADVICE) : List.of();
  }
}
