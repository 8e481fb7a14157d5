/** Everything that leaves: the one HTTP client, its limits, and the API keys that it sends. Part of the PL/Java jar. */
package dev.prosa.egress;
