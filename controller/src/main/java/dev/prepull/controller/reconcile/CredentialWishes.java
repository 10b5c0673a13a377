package dev.prepull.controller.reconcile;

import dev.prepull.controller.list.ImageEntry;
import dev.prepull.controller.list.PrePullList;
import dev.prepull.model.ImageReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * From where the lists in force want credentials for their images. Compared by content.
 *
 * @param ofImage the objects that the entries of an image name, in order: lists by name, Secrets
 *     before ServiceAccounts; images whose entries name none are missing
 * @param ofList the objects that a list names
 * @param registriesOfList the registries that a list's images lie in
 */
record CredentialWishes(
    Map<ImageReference, List<PullObject>> ofImage,
    Map<String, Set<PullObject>> ofList,
    Map<String, Set<String>> registriesOfList) {

  static final CredentialWishes NONE = new CredentialWishes(Map.of(), Map.of(), Map.of());

  static CredentialWishes of(Collection<PrePullList> lists) {
    Map<ImageReference, Set<PullObject>> ofImage = new HashMap<>();
    Map<String, Set<PullObject>> ofList = new TreeMap<>();
    Map<String, Set<String>> registriesOfList = new TreeMap<>();
    for (PrePullList list :
        lists.stream().sorted(Comparator.comparing(PrePullList::name)).toList()) {
      Set<PullObject> objects = new LinkedHashSet<>();
      Set<String> registries = new HashSet<>();
      for (ImageEntry entry : list.images()) {
        List<PullObject> named = named(entry);
        if (!named.isEmpty()) {
          ofImage.computeIfAbsent(entry.reference(), key -> new LinkedHashSet<>()).addAll(named);
          objects.addAll(named);
        }
        registries.add(entry.reference().registry());
      }
      ofList.put(list.name(), objects);
      registriesOfList.put(list.name(), registries);
    }
    Map<ImageReference, List<PullObject>> ordered = new HashMap<>();
    ofImage.forEach((image, objects) -> ordered.put(image, List.copyOf(objects)));
    return new CredentialWishes(ordered, ofList, registriesOfList);
  }

  private static List<PullObject> named(ImageEntry entry) {
    List<PullObject> named = new ArrayList<>();
    entry.pullSecrets().forEach(name -> named.add(PullObject.secret(name)));
    entry.serviceAccounts().forEach(name -> named.add(PullObject.serviceAccount(name)));
    return named;
  }

  /** Every object that some list names. */
  Set<PullObject> objects() {
    Set<PullObject> all = new HashSet<>();
    ofList.values().forEach(all::addAll);
    return all;
  }

  /** The registries of all images. */
  Set<String> registries() {
    Set<String> all = new HashSet<>();
    registriesOfList.values().forEach(all::addAll);
    return all;
  }
}
