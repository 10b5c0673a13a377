package dev.prepull.e2e.testbed;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;

/** A node's container runtime. What it holds is asked with its own command line, not with ours. */
public interface RuntimeNode extends AutoCloseable {

  /** The runtime's name and version, such as {@code containerd 1.6.20}. */
  String description();

  /** The socket that an agent is to use. */
  Path socket();

  /** Lets the runtime reach the registry of that host name at that address, by plain HTTP. */
  void mapRegistry(String host, URI address);

  /**
   * Lets the runtime trust the registry's CA, in its own way.
   *
   * @param ca PEM file
   */
  void trustRegistry(String host, URI address, Path ca);

  /** The digest of every name in {@code repository:tag} form that it holds. */
  SortedMap<String, String> held();

  /** The image that the runtime resolves the name to when the kubelet, or Docker's user, asks. */
  Optional<ResolvedImage> resolve(String reference);

  /** Pulls with the runtime's own command line. */
  void pull(String reference);

  /** Pulls as the kubelet does when it is told to pull always. */
  void pullAgain(String reference);

  /** Points a name at the image of another one, with the runtime's own command line. */
  void tag(String existing, String name);

  /** Takes names away with the runtime's own command line. */
  void remove(String reference);

  /** Takes every image away and the bytes with them, so that the next pull begins with nothing. */
  void clear();

  /** Takes the image of that name away, under all its names, and its bytes with them. */
  void delete(String reference);

  /** Makes a container of the image, as the kubelet does where the runtime speaks CRI. */
  void addContainer(String image, boolean running);

  /** Removes the containers that were made. */
  void removeContainers();

  /** Where it keeps its images. */
  Path imageDirectory();

  /** Stops the runtime; what it holds stays. */
  void stop();

  /** Ends the runtime without asking; what it holds stays. */
  void kill();

  /** Starts a stopped runtime. */
  void resume();

  @Override
  void close();
}
