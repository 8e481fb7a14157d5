/**
 * A sentence-embedding model that runs inside this process, so that Prosa embeds without any outside service.
 */
package dev.prosa.local;
