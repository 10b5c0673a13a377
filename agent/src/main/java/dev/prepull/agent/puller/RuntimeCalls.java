package dev.prepull.agent.puller;

import dev.prepull.agent.credentials.PullCredentials;
import dev.prepull.agent.runtime.ImageRuntime;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.loop.EventLoop;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the runtime's blocking calls on threads of their own and brings the answers back to the
 * loop.
 */
public final class RuntimeCalls {

  private static final Logger log = LoggerFactory.getLogger(RuntimeCalls.class);

  private final EventLoop loop;
  private final ImageRuntime runtime;
  private final PullCredentials credentials;
  private final RegistryPulls registryPulls;
  private final ThreadFactory threads;

  /**
   * Calls nobody yet.
   *
   * @param credentials asked before each pull, on its thread
   * @param threads makes one thread for each call
   */
  public RuntimeCalls(
      EventLoop loop, ImageRuntime runtime, PullCredentials credentials, ThreadFactory threads) {
    this.loop = loop;
    this.runtime = runtime;
    this.credentials = credentials;
    this.registryPulls = new RegistryPulls(runtime, credentials);
    this.threads = threads;
  }

  /** Something to ask the runtime. */
  @FunctionalInterface
  interface Question<T> {
    T ask(ImageRuntime runtime) throws RuntimeUnavailableException, InterruptedException;
  }

  EventLoop loop() {
    return loop;
  }

  ImageRuntime runtime() {
    return runtime;
  }

  PullCredentials credentials() {
    return credentials;
  }

  RegistryPulls registryPulls() {
    return registryPulls;
  }

  /** A thread that has not started. */
  Thread newThread(Runnable task) {
    return threads.newThread(task);
  }

  /**
   * Asks.
   *
   * @param onAnswer called on the loop
   * @param onFailure called on the loop with what went wrong
   */
  <T> void ask(Question<T> question, Consumer<T> onAnswer, Consumer<String> onFailure) {
    threads
        .newThread(() -> {
          try {
            T answer = question.ask(runtime);
            loop.execute(() -> onAnswer.accept(answer));
          } catch (RuntimeUnavailableException e) {
            String message = String.valueOf(e.getMessage());
            loop.execute(() -> onFailure.accept(message));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } catch (RuntimeException e) {
            log.error("The container runtime's answer could not be read", e);
            loop.execute(() -> onFailure.accept(e.toString()));
          }
        })
        .start();
  }
}
