package dev.prepull.controller.rollout;

import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.PullPermit.Purpose;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives permits out and takes them back, so that the image, the node and the registry always count
 * the same. Belongs to the reconcile loop.
 */
final class PermitDesk {

  private static final Logger log = LoggerFactory.getLogger(PermitDesk.class);
  private static final Duration SWEEP_INTERVAL = Duration.ofSeconds(30);

  private final PermitBook permits;
  private final FleetNodes nodes;
  private final Registries registries;
  private final Map<ImageReference, ImageWave> waves;
  private Instant nextSweep;

  PermitDesk(
      Instant began,
      FleetNodes nodes,
      Registries registries,
      Map<ImageReference, ImageWave> waves) {
    this.permits = new PermitBook(began);
    this.nodes = nodes;
    this.registries = registries;
    this.waves = waves;
    this.nextSweep = began;
  }

  PermitInUse give(ImageWave wave, FleetNode node, Purpose purpose, Instant now) {
    return take(
        wave, node, permits.give(node.ordinal(), wave.reference(), purpose, wave.digest(), now));
  }

  /** Takes in what a node says; the permit that this ends. */
  Optional<PermitInUse> reported(ImageWave wave, FleetNode node, ImageReport report, Instant now) {
    Optional<PermitInUse> ended = permits.reported(node.ordinal(), report);
    ended.ifPresent(this::release);
    boolean working = report.state() == ImageState.GRANTED || report.state() == ImageState.PULLING;
    if (working && !permits.has(node.ordinal(), wave.reference())) {
      // Of an earlier process, or an earlier stream. Nobody converges on what is not locked.
      Purpose purpose = wave.digest() == null ? Purpose.LOOK : Purpose.CONVERGE;
      take(wave, node, permits.adopt(node.ordinal(), report, purpose, wave.digest(), now));
    }
    return ended;
  }

  private PermitInUse take(ImageWave wave, FleetNode node, PermitInUse permit) {
    wave.given(node.ordinal(), permit.purpose());
    registries.of(permit.reference().registry()).began();
    nodes.permits(node, permits.inUse(node.ordinal()));
    return permit;
  }

  private void release(PermitInUse permit) {
    ImageWave wave = waves.get(permit.reference());
    if (wave != null) {
      wave.ended(permit);
    }
    registries.of(permit.reference().registry()).ended();
    nodes.permits(nodes.at(permit.node()), permits.inUse(permit.node()));
  }

  /** The image is not those nodes' business any more; their pulls of it are cancelled. */
  void endAll(ImageWave wave, BitSet ofNodes) {
    for (int at = ofNodes.nextSetBit(0); at >= 0; at = ofNodes.nextSetBit(at + 1)) {
      permits.end(at, wave.reference()).ifPresent(this::release);
    }
  }

  /** The node's stream is gone. */
  void endAll(FleetNode node) {
    permits.endAll(node.ordinal()).forEach(this::release);
  }

  /** Takes back, now and then, what nodes do not take; they come last from then on. */
  void sweep(Instant now) {
    if (now.isBefore(nextSweep)) {
      return;
    }
    nextSweep = now.plus(SWEEP_INTERVAL);
    for (PermitInUse permit : permits.endUntaken(now)) {
      release(permit);
      ImageWave wave = waves.get(permit.reference());
      if (wave != null) {
        wave.holdings().failed(permit.node());
      }
      log.atWarn()
          .addKeyValue("node", nodes.at(permit.node()).name())
          .addKeyValue("image", permit.reference())
          .log(
              "The agent has not taken its permit for {} s: another node gets it. See the agent's log.",
              PermitBook.UNTAKEN_LIMIT.toSeconds());
    }
  }

  /** When to look for such permits again; empty while there are none at all. */
  Optional<Instant> nextSweep() {
    return permits.inUse() == 0 ? Optional.empty() : Optional.of(nextSweep);
  }

  int inUse() {
    return permits.inUse();
  }
}
