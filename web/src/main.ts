import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './app/App.vue';
import { router } from './app/router.ts';
import { i18n } from './i18n/index.ts';
import '../fonts/fonts.css';
import './tokens/tokens.css';
import './tokens/base.css';
import { startFactor } from './ui/factor.ts';

startFactor();
// the way back never shows what somebody saw who logged out meanwhile
window.addEventListener('pageshow', ({ persisted }) => persisted && location.reload());

createApp(App).use(createPinia()).use(i18n).use(router).mount('#app');
