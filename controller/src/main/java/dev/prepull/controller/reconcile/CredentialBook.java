package dev.prepull.controller.reconcile;

import dev.prepull.controller.list.PrePullList;
import dev.prepull.credentials.DockerConfig;
import dev.prepull.credentials.Keyring;
import dev.prepull.credentials.NodeCredentials;
import dev.prepull.credentials.NodeCredentials.OfImage;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageReference;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlanRevision;
import dev.prepull.model.PlannedImage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which credentials fit which image: the lists' wishes, what the objects that they name hold, and
 * tokens of registries. Belongs to the reconcile loop.
 *
 * <p>What was matched for a plan is kept until something changes, and nothing is kept of what has
 * changed, is gone or is no longer named.
 */
final class CredentialBook {

  private static final int PROBLEMS_TOLD = 20;

  /** What was matched for a plan, and when. */
  private record Matched(NodeCredentials credentials, long version) {}

  private final PullObjects objects;
  private final RegistryTokens tokens;

  private CredentialWishes wishes = CredentialWishes.NONE;
  private Set<PullObject> needed = Set.of();
  private Set<String> registries = Set.of();

  /** Those that {@link #tokens} is for. */
  private Set<String> expected = Set.of();

  private final Map<PullObject, ReadObject> read = new HashMap<>();
  private final Map<String, RegistryToken> tokenOf = new HashMap<>();

  private final Map<PlanRevision, Matched> ofPlan = new HashMap<>();
  private final Map<ImageReference, OfImage> ofImage = new HashMap<>();
  private final Map<List<PullObject>, Keyring> keyrings = new HashMap<>();

  /** Grows when an image may have other credentials than before. */
  private long version;

  CredentialBook(PullObjects objects, RegistryTokens tokens) {
    this.objects = objects;
    this.tokens = tokens;
  }

  // --- what is told -----------------------------------------------------------------------------

  /**
   * Takes in the lists in force, and asks the sources for what they need.
   *
   * @param pulls told what the one source finds
   * @param grants told what the other has
   */
  void lists(
      Collection<PrePullList> inForce, PullObjectObserver pulls, RegistryTokenObserver grants) {
    CredentialWishes wanted = CredentialWishes.of(inForce);
    if (!wanted.equals(wishes)) {
      wishes = wanted;
      changed();
      need(pulls);
      Set<String> used = wishes.registries();
      if (!used.equals(registries)) {
        registries = used;
        expected = Set.copyOf(tokens.need(Set.copyOf(used), grants));
        tokenOf.keySet().retainAll(expected);
      }
    }
  }

  /** True when this is news. */
  boolean observed(PullObject object, Sighting sighting, PullObjectObserver pulls) {
    if (!needed.contains(object)) {
      return false;
    }
    ReadObject before = read.get(object);
    ReadObject now =
        ReadObject.of(
            object.in(objects.namespace()),
            sighting,
            Objects.requireNonNullElse(before, ReadObject.NOTHING));
    if (now.equals(before)) {
      return false;
    }
    read.put(object, now);
    changed();
    need(pulls);
    return true;
  }

  /** True when this is news. */
  boolean observed(String registry, RegistryToken token) {
    if (!expected.contains(registry) || token.equals(tokenOf.put(registry, token))) {
      return false;
    }
    changed();
    return true;
  }

  private void need(PullObjectObserver pulls) {
    Set<PullObject> now = wishes.objects();
    for (PullObject object : List.copyOf(now)) {
      now.addAll(of(object).secrets());
    }
    if (!now.equals(needed)) {
      needed = Set.copyOf(now);
      read.keySet().retainAll(needed);
      objects.need(needed, pulls);
    }
  }

  private void changed() {
    version++;
    ofImage.clear();
    keyrings.clear();
  }

  // --- what follows -----------------------------------------------------------------------------

  /** Whether something that is needed has not been looked for yet. */
  boolean isIncomplete() {
    return !read.keySet().containsAll(needed) || !tokenOf.keySet().containsAll(expected);
  }

  /** Whether images of these lists are pulled with credentials of the controller. */
  boolean isInUse() {
    return !needed.isEmpty()
        || tokenOf.values().stream().anyMatch(token -> !token.credentials().isEmpty());
  }

  /** What there is for the images of a plan: the same object as long as it is the same. */
  NodeCredentials of(NodePlan plan) {
    Matched known = ofPlan.get(plan.revision());
    if (known == null || known.version() != version) {
      known = new Matched(match(plan, known), version);
      ofPlan.put(plan.revision(), known);
    }
    return known.credentials();
  }

  private NodeCredentials match(NodePlan plan, @Nullable Matched before) {
    Map<ImageReference, OfImage> images = new HashMap<>();
    for (PlannedImage image : plan.images()) {
      OfImage found = ofImage.computeIfAbsent(image.reference(), this::find);
      if (!found.equals(OfImage.NOTHING)) {
        images.put(image.reference(), found);
      }
    }
    if (images.isEmpty()) {
      return NodeCredentials.EMPTY;
    }
    NodeCredentials now = new NodeCredentials(images);
    return before != null && before.credentials().equals(now) ? before.credentials() : now;
  }

  /** Forgets what was matched for other plans, and what has changed since. */
  void retain(Collection<NodePlan> plans) {
    Set<PlanRevision> revisions = new HashSet<>();
    plans.forEach(plan -> revisions.add(plan.revision()));
    ofPlan.keySet().retainAll(revisions);
    ofPlan.values().removeIf(matched -> matched.version() != version);
  }

  private OfImage find(ImageReference image) {
    List<PullObject> sources = withTheirSecrets(wishes.ofImage().getOrDefault(image, List.of()));
    List<RegistryCredential> credentials =
        new ArrayList<>(
            keyrings.computeIfAbsent(sources, key -> Keyring.of(configs(key))).lookup(image));
    List<String> problems = new ArrayList<>(problems(sources));
    RegistryToken token = tokenOf.get(image.registry());
    if (token != null) {
      credentials.addAll(token.credentials());
      problems.addAll(token.problems());
    }
    return new OfImage(RegistryCredential.distinct(credentials), shortened(problems));
  }

  /** In order: after a ServiceAccount come the Secrets that it names. */
  private List<PullObject> withTheirSecrets(Collection<PullObject> named) {
    Set<PullObject> all = new LinkedHashSet<>();
    for (PullObject object : named) {
      all.add(object);
      all.addAll(of(object).secrets());
    }
    return List.copyOf(all);
  }

  private List<DockerConfig> configs(List<PullObject> sources) {
    return sources.stream().map(object -> of(object).config()).toList();
  }

  private List<String> problems(List<PullObject> sources) {
    return sources.stream().flatMap(object -> of(object).problems().stream()).toList();
  }

  private ReadObject of(PullObject object) {
    return read.getOrDefault(object, ReadObject.NOTHING);
  }

  private static List<String> shortened(Collection<String> problems) {
    List<String> told = new ArrayList<>(problems.stream().limit(PROBLEMS_TOLD).toList());
    if (problems.size() > PROBLEMS_TOLD) {
      told.add("and %d more problems with credentials".formatted(problems.size() - PROBLEMS_TOLD));
    }
    return List.copyOf(told);
  }

  /** The lists in force, by name. */
  Set<String> lists() {
    return wishes.ofList().keySet();
  }

  /** What is wrong with what that list wants credentials from. */
  List<String> problemsOf(String list) {
    Set<PullObject> named = wishes.ofList().getOrDefault(list, Set.of());
    Set<String> problems = new LinkedHashSet<>(problems(withTheirSecrets(named)));
    wishes.registriesOfList().getOrDefault(list, Set.of()).stream()
        .sorted()
        .map(tokenOf::get)
        .filter(Objects::nonNull)
        .forEach(token -> problems.addAll(token.problems()));
    return shortened(problems);
  }
}
