package dev.prepull.agent.puller.journal;

import dev.prepull.model.ImageReference;
import dev.prepull.model.RemovalPolicy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The book of what this agent pulled and pinned: pure, and bounded. What falls out of it is never
 * deleted. Not thread-safe.
 */
public final class OwnershipJournal {

  static final int MOST_ENTRIES = 10_000;

  /** By the name under which the runtime stores the image. */
  private final Map<String, OwnedImage> entries = new LinkedHashMap<>();

  /** A journal with these entries, oldest first. */
  public OwnershipJournal(List<OwnedImage> entries) {
    entries.forEach(this::put);
  }

  /**
   * This agent's pull has ended well.
   *
   * <p>A pull that changed nothing makes nobody an owner: it only keeps up an ownership that still
   * held when the pull began.
   */
  public void pulled(
      ImageReference reference, NameTouch before, NameTouch after, RemovalPolicy policy) {
    OwnedImage known = entries.remove(reference.stored());
    boolean came = after.digest() != null && !after.digest().equals(before.digest());
    boolean still = known != null && known.pulled() && matches(known, before);
    boolean pinned = known != null && known.pinned();
    if (came || still || pinned) {
      put(new OwnedImage(reference, after.digest(), after.stamp(), came || still, pinned, policy));
    }
  }

  /** This agent has pinned the name, which changes its stamp. */
  public void pinned(
      ImageReference reference, NameTouch before, NameTouch after, RemovalPolicy policy) {
    OwnedImage known = entries.remove(reference.stored());
    boolean still = known != null && known.pulled() && matches(known, before);
    put(new OwnedImage(reference, after.digest(), after.stamp(), still, true, policy));
  }

  /** This agent has taken its pin away, which changes the name's stamp. */
  public void unpinned(ImageReference reference, NameTouch before, NameTouch after) {
    change(
        reference,
        known ->
            (matches(known, before) ? known.withStamp(after.stamp()) : known.withPulled(false))
                .withPinned(false));
  }

  /**
   * The runtime has told that somebody else pulled, tagged or removed the name. Where it keeps
   * stamps they tell more exactly, so that nothing is concluded from an event.
   *
   * @param name under which the runtime stores the image
   */
  public void touchedByOthers(String name) {
    change(name, known -> known.stamp().isEmpty() ? known.withPulled(false) : known);
  }

  /** The name is gone. */
  public void gone(ImageReference reference) {
    entries.remove(reference.stored());
  }

  /** The plan says this now. */
  public void policy(ImageReference reference, RemovalPolicy policy) {
    change(reference, known -> known.withPolicy(policy));
  }

  private static boolean matches(OwnedImage known, NameTouch touch) {
    return known.matches(touch.digest(), touch.stamp());
  }

  private void change(ImageReference reference, UnaryOperator<OwnedImage> change) {
    change(reference.stored(), change);
  }

  private void change(String name, UnaryOperator<OwnedImage> change) {
    OwnedImage known = entries.get(name);
    if (known == null) {
      return;
    }
    OwnedImage changed = change.apply(known);
    if (changed.pulled() || changed.pinned()) {
      entries.put(name, changed);
    } else {
      entries.remove(name);
    }
  }

  private void put(OwnedImage entry) {
    entries.put(entry.reference().stored(), entry);
    if (entries.size() > MOST_ENTRIES) {
      entries.remove(entries.keySet().iterator().next());
    }
  }

  /** What is known of that name. */
  public Optional<OwnedImage> of(ImageReference reference) {
    return Optional.ofNullable(entries.get(reference.stored()));
  }

  /** Whether anything is known of the name under which a runtime stores an image. */
  public boolean has(String name) {
    return entries.containsKey(name);
  }

  /** Everything, oldest first. */
  public List<OwnedImage> all() {
    return new ArrayList<>(entries.values());
  }
}
