package dev.prepull.controller.list;

import dev.prepull.model.ImagePolicy;
import dev.prepull.model.ImageReference;
import java.time.Duration;
import java.util.List;

/**
 * One image of a list, the list's defaults applied.
 *
 * @param refreshInterval how often a tag under {@code Always} is looked at again
 * @param pullSecrets names of Secrets in the controller's namespace
 * @param serviceAccounts names of ServiceAccounts whose imagePullSecrets count
 */
public record ImageEntry(
    ImageReference reference,
    ImagePolicy policy,
    NodeTarget target,
    Duration refreshInterval,
    List<String> pullSecrets,
    List<String> serviceAccounts) {

  /** Copies the lists. */
  public ImageEntry {
    pullSecrets = List.copyOf(pullSecrets);
    serviceAccounts = List.copyOf(serviceAccounts);
  }
}
