package dev.prepull.agent.runtime.cri;

import java.nio.file.Path;
import java.util.List;

/**
 * Where container runtimes put their CRI socket.
 *
 * @see <a href="https://kubernetes.io/docs/setup/production-environment/container-runtimes/">
 *     Kubernetes, container runtimes</a>
 */
public final class CriSockets {

  /** Containerd as packaged by distributions, kubeadm's default. */
  public static final Path CONTAINERD = Path.of("/run/containerd/containerd.sock");

  /** CRI-O. */
  public static final Path CRIO = Path.of("/run/crio/crio.sock");

  /** The containerd inside k3s and RKE2. */
  public static final Path K3S = Path.of("/run/k3s/containerd/containerd.sock");

  /** The containerd inside MicroK8s. */
  public static final Path MICROK8S = Path.of("/var/snap/microk8s/common/run/containerd.sock");

  /** The containerd inside k0s. */
  public static final Path K0S = Path.of("/run/k0s/containerd.sock");

  /** Docker Engine behind cri-dockerd. */
  public static final Path CRI_DOCKERD = Path.of("/run/cri-dockerd.sock");

  /**
   * All of them. Distributions that bring their own runtime come first, for where both exist the
   * kubelet uses theirs.
   */
  public static final List<Path> WELL_KNOWN =
      List.of(K3S, MICROK8S, K0S, CRIO, CRI_DOCKERD, CONTAINERD);

  private CriSockets() {}
}
